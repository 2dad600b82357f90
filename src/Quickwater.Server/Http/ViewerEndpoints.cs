using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Quickwater.Server;

/// <summary>What the <c>http</c> listener answers.</summary>
internal static class ViewerEndpoints
{
    // Keeps proxies between from closing a WebSocket on which only we speak.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>Adds streams and stations, their pages, health and what the pages ask for.</summary>
    public static void Map(WebApplication app, IServerStatus status, Func<HttpContext, Task> streams, Func<HttpContext, Task> stations)
    {
        app.UseMiddleware<SecurityHeaders>(SecurityHeaders.AnyFrame);
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = KeepAlive });
        app.UseWhen(context => FlvViewers.IsMedia(context.Request.Path), branch => branch.Run(new RequestDelegate(streams)));
        app.UseWhen(context => AudioListeners.IsAudio(context.Request.Path), branch => branch.Run(new RequestDelegate(stations)));
        JsonAnswer.MapRead(app, "/healthz", context => JsonAnswer.HealthAsync(context, status.Health()));
        JsonAnswer.MapRead(app, "/readyz", context => JsonAnswer.HealthAsync(context, status.Ready()));
        JsonAnswer.MapRead(app, "/player.json", context =>
            JsonAnswer.WriteAsync(context, status.Player(), ServerJson.Default.PlayerReport));
        JsonAnswer.MapRead(app, "/streams.json", context =>
            JsonAnswer.WriteAsync(context, status.PublicStreams(), ServerJson.Default.PublicStreamsReport));
        JsonAnswer.MapRead(app, "/stations.json", context =>
            JsonAnswer.WriteAsync(context, status.PublicStations(), ServerJson.Default.PublicStationsReport));
        WebAssets.Map(app, "index.html", ("/stations", "stations.html"));
    }
}
