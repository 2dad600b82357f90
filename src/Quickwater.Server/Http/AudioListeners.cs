using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>
/// Listeners over HTTP: a station as WAV at <c>/audio/STATION.wav</c>, and the audio protocol itself in a WebSocket at <c>/audio</c>. Each is a connection of
/// the engine, within the limits and in the books of all listeners. Thread-safe.
/// </summary>
/// <param name="engine">Runs the connections.</param>
/// <param name="audio">Has the stations, limits and books.</param>
/// <param name="offAirMax">How long a listener waits for a station that is off the air.</param>
/// <param name="log">Where it tells whom it refused.</param>
internal sealed class AudioListeners(Engine engine, AudioSystem audio, TimeSpan offAirMax, ILogger log)
{
    private const string ProtocolPath = "/audio";
    private const string Folder = "/audio/";
    private const string Extension = ".wav";
    private const int AgentCharactersMax = 255;

    private readonly ConcurrentDictionary<Reason, long> _refused = new();
    private readonly ISessionFactory _overWebSocket = audio.Sessions.Through("ws-audio");
    private volatile bool _draining;

    /// <summary>Requests that were refused before they became connections, by reason.</summary>
    public IReadOnlyDictionary<Reason, long> Refused => _refused;

    /// <summary>Takes no more listeners.</summary>
    public void StopAccepting() => _draining = true;

    /// <summary>Whether a path is one of ours.</summary>
    public static bool IsAudio(PathString path) => path.Value is { } text
        && (text == ProtocolPath
            || (text.StartsWith(Folder, StringComparison.Ordinal) && text.EndsWith(Extension, StringComparison.Ordinal)));

    /// <summary>Handles a request for a station, or for the protocol.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (MediaRequest.AllowAnyOrigin(context, "Range, Icy-MetaData") || MediaRequest.RefuseMethod(context))
        {
            return;
        }

        context.Response.Headers.AccessControlExposeHeaders = "icy-name, icy-br, icy-metaint";
        var (path, method) = (context.Request.Path.Value ?? "", context.Request.Method);
        if (path == ProtocolPath && !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "websocket";
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync("Here the audio protocol is spoken in a WebSocket. Stations are at /stations.\n", context.RequestAborted);
        }
        else if (HttpMethods.IsHead(method))
        {
            await HeadAsync(context, StationOf(path));
        }
        else
        {
            await EnterAsync(context, path);
        }
    }

    private static string StationOf(string path) => path[Folder.Length..^Extension.Length];

    private static bool WantsTitles(HttpContext context) => context.Request.Headers["Icy-MetaData"] == "1";

    private static string AgentOf(HttpContext context)
    {
        var agent = context.Request.Headers[HeaderNames.UserAgent].ToString();
        return agent.Length > AgentCharactersMax ? agent[..AgentCharactersMax] : agent;
    }

    // A place by address, for as long as the request lasts; then the session has its own limits.
    private async Task EnterAsync(HttpContext context, string path)
    {
        var remote = MediaRequest.Remote(context);
        var why = _draining ? Reason.Drained : audio.Accepted.TryEnter(remote.Address);
        if (why != Reason.None)
        {
            _refused.AddOrUpdate(why, 1, static (_, count) => count + 1);
            Log.Refused(log, "audio", remote, why.Text(), why.Tag());
            await MediaRequest.RefuseAsync(context, why);
            return;
        }

        try
        {
            await (path == ProtocolPath
                ? MediaRequest.ServeWebSocketAsync(context, engine, _overWebSocket)
                : ServeWavAsync(context, StationOf(path)));
        }
        finally
        {
            audio.Accepted.Leave(remote.Address);
        }
    }

    private async Task ServeWavAsync(HttpContext context, string name)
    {
        var wantsTitles = WantsTitles(context);
        var session = new WavListener(audio.Sessions, name, AgentOf(context), wantsTitles, offAirMax);
        var why = await MediaRequest.ServeResponseAsync(context, engine, session, response => Start(response, name, wantsTitles));
        if (why != Reason.None)
        {
            await RefuseAsync(context, why, name);
        }
    }

    // What a request would meet now, without a place and without waiting.
    private Task HeadAsync(HttpContext context, string name)
    {
        var why = !AudioWire.IsStationName(name) ? Reason.InvalidName
            : !audio.Stations.TryFind(name, out var station) ? Reason.StreamNotFound
            : _draining ? Reason.Drained
            : station.Ended != Reason.None ? Reason.StreamEnded
            : !station.IsLive ? Reason.StreamOffAir
            : audio.Sessions.Clients.IsFull ? Reason.TooManyConnections
            : station.Listeners.IsFull ? Reason.TooManySubscribers
            : Reason.None;
        if (why != Reason.None)
        {
            return RefuseAsync(context, why, name);
        }

        Start(context.Response, name, WantsTitles(context));
        return Task.CompletedTask;
    }

    private static Task RefuseAsync(HttpContext context, Reason why, string name) => MediaRequest.RefuseAsync(context, why, why switch
    {
        Reason.StreamNotFound => $"There is no station \"{name}\".\n",
        Reason.StreamEnded => $"The station \"{name}\" has ended.\n",
        Reason.StreamOffAir => $"The station \"{name}\" is off the air.\n",
        _ => null,
    });

    private void Start(HttpResponse response, string name, bool wantsTitles)
    {
        var headers = response.Headers;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "audio/wav";
        headers.CacheControl = "no-store";
        headers.AcceptRanges = "none";
        headers["icy-name"] = name;
        if (audio.Stations.TryFind(name, out var station) && station.Format is { IsValid: true } format)
        {
            headers["icy-br"] = $"{format.BytesPerSecond * 8 / 1000}";
        }

        if (wantsTitles)
        {
            headers["icy-metaint"] = $"{IcyMetadata.IntervalBytes}";
        }
    }
}
