using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Quickwater.Server;

/// <summary>Answers with JSON that no cache keeps.</summary>
internal static class JsonAnswer
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Answers GET and HEAD at a path; to a HEAD, the handler gives status and headers only.</summary>
    public static void MapRead(WebApplication app, string path, Func<HttpContext, Task> handle) =>
        app.MapMethods(path, Reading, new RequestDelegate(handle));

    /// <summary>Writes a value; to a HEAD its headers.</summary>
    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }

    /// <summary>Writes health: 200 while the server takes work, otherwise 503, so that a load balancer turns away.</summary>
    public static Task HealthAsync(HttpContext context, HealthReport health)
    {
        context.Response.StatusCode = health.Status == "ok" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return WriteAsync(context, health, ServerJson.Default.HealthReport);
    }
}
