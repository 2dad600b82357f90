using Microsoft.AspNetCore.Http;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>
/// Viewers by HTTP-FLV and, on the same address, WebSocket-FLV: each is a connection of the engine and a subscriber of the hub like any
/// other. Thread-safe.
/// </summary>
/// <param name="engine">Runs the connections.</param>
/// <param name="hub">Has the streams.</param>
/// <param name="live">Where to wait for streams.</param>
/// <param name="configuration">The section <c>http</c>.</param>
/// <param name="sessions">Makes the session of a viewer: the protocol's name, the stream's, and the latency that was asked for.</param>
/// <param name="time">The clock.</param>
internal sealed class FlvViewers(
    Engine engine, Hub hub, LiveStreams live, HttpConfiguration configuration, Func<string, string, string?, ISessionFactory> sessions,
    TimeProvider time)
{
    private const string Extension = ".flv";

    private int _viewers;
    private volatile bool _draining;

    /// <summary>Takes no more viewers.</summary>
    public void StopAccepting() => _draining = true;

    /// <summary>Whether a path names a stream's media.</summary>
    public static bool IsMedia(PathString path) => path.Value is { } text && text.EndsWith(Extension, StringComparison.Ordinal);

    /// <summary>Handles a request for a stream.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (MediaRequest.AllowAnyOrigin(context, "Range") || MediaRequest.RefuseMethod(context))
        {
            return;
        }

        if (StreamAddress.ParsePath(context.Request.Path.Value?[1..^Extension.Length] ?? "", out var address) != Reason.None)
        {
            await MediaRequest.RefuseAsync(context, Reason.InvalidName);
        }
        else if (_draining)
        {
            await MediaRequest.RefuseAsync(context, Reason.Drained);
        }
        else if (HttpMethods.IsHead(context.Request.Method))
        {
            await HeadAsync(context, address.Topic); // what a request would meet now, without a place and without waiting
        }
        else
        {
            try
            {
                var why = await WaitAsync(context, address.Topic);
                await (why == Reason.None ? ViewAsync(context, address.Topic) : RefuseAsync(context, why, address.Topic));
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // The viewer went away while it waited.
            }
        }
    }

    // One that ended before its first byte went out is one that is not live: who asks again may find the next.
    private static Task RefuseAsync(HttpContext context, Reason why, string name) => why is Reason.StreamNotFound or Reason.StreamEnded
        ? MediaRequest.RefuseAsync(context, Reason.StreamNotFound, $"The stream \"{name}\" is not live.\n")
        : MediaRequest.RefuseAsync(context, why);

    private static void StartResponse(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "video/x-flv";
        response.Headers.CacheControl = "no-store";
    }

    private static string? LatencyOf(HttpContext context) => context.Request.Query["latency"];

    private Task HeadAsync(HttpContext context, string name)
    {
        if (!IsLive(name))
        {
            return RefuseAsync(context, Reason.StreamNotFound, name);
        }

        StartResponse(context.Response);
        return Task.CompletedTask;
    }

    private bool IsLive(string name) => hub.TryFind(name, out var topic) && topic.IsLive;

    // Who waits is counted with those who wait by RTMP, and takes no viewer's place.
    private async Task<Reason> WaitAsync(HttpContext context, string name)
    {
        if (IsLive(name))
        {
            return Reason.None;
        }

        var remote = MediaRequest.Remote(context).Address;
        var refused = hub.Waiters.TryEnter(remote);
        if (refused != Reason.None)
        {
            return refused;
        }

        try
        {
            return await live.WaitAsync(name, () => IsLive(name), configuration.WaitForStream, time, context.RequestAborted) ? Reason.None : Reason.StreamNotFound;
        }
        finally
        {
            hub.Waiters.Leave(remote);
        }
    }

    private async Task ViewAsync(HttpContext context, string name)
    {
        if (Interlocked.Increment(ref _viewers) > configuration.ViewersMax)
        {
            Interlocked.Decrement(ref _viewers);
            await MediaRequest.RefuseAsync(context, Reason.TooManyConnections);
            return;
        }

        try
        {
            await ServeAsync(context, name);
        }
        finally
        {
            Interlocked.Decrement(ref _viewers);
        }
    }

    private async Task ServeAsync(HttpContext context, string name)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            await MediaRequest.ServeWebSocketAsync(context, engine, sessions("ws-flv", name, LatencyOf(context)));
        }
        else
        {
            var why = await MediaRequest.ServeResponseAsync(context, engine, sessions("http-flv", name, LatencyOf(context)), StartResponse);
            if (why != Reason.None)
            {
                await RefuseAsync(context, why, name);
            }
        }
    }
}
