using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Quickwater.Server;

/// <summary>Answers with JSON that no cache keeps.</summary>
internal static class JsonAnswer
{
    /// <summary>Writes a value.</summary>
    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }

    /// <summary>Writes health: 200 while the server takes work, otherwise 503, so that a load balancer turns away.</summary>
    public static Task HealthAsync(HttpContext context, HealthReport health)
    {
        context.Response.StatusCode = health.Status == "ok" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return WriteAsync(context, health, ServerJson.Default.HealthReport);
    }
}
