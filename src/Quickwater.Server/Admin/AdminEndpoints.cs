using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Quickwater.Server;

/// <summary>What the <c>admin</c> listener answers.</summary>
internal static class AdminEndpoints
{
    /// <summary>Adds the status page, health, metrics and the API.</summary>
    public static void Map(WebApplication app, AdminConfiguration configuration, IServerStatus status, PrometheusCollector metrics)
    {
        app.UseMiddleware<SecurityHeaders>(SecurityHeaders.NoFrames);
        app.UseMiddleware<HostGuard>(configuration);
        JsonAnswer.MapRead(app, "/healthz", context => JsonAnswer.HealthAsync(context, status.Health()));
        JsonAnswer.MapRead(app, "/readyz", context => JsonAnswer.HealthAsync(context, status.Ready()));
        JsonAnswer.MapRead(app, "/metrics", context =>
        {
            context.Response.ContentType = PrometheusCollector.ContentType;
            context.Response.Headers.CacheControl = "no-store";
            return context.Response.WriteAsync(metrics.Collect(), context.RequestAborted);
        });
        JsonAnswer.MapRead(app, "/api/v1/streams", context =>
            JsonAnswer.WriteAsync(context, status.Streams(), ServerJson.Default.StreamsReport));
        JsonAnswer.MapRead(app, "/api/v1/stations", context =>
            JsonAnswer.WriteAsync(context, status.Stations(), ServerJson.Default.StationsReport));
        JsonAnswer.MapRead(app, "/api/v1/connections", context =>
            JsonAnswer.WriteAsync(context, status.Connections(), ServerJson.Default.ConnectionsReport));
        JsonAnswer.MapRead(app, "/api/v1/limits", context =>
            JsonAnswer.WriteAsync(context, status.Limits(), ServerJson.Default.LimitsReport));
        WebAssets.Map(app, "admin.html");
    }
}
