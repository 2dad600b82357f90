using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>What requests for media have in common, whatever the media.</summary>
internal static class MediaRequest
{
    // When somebody who was refused for want of room may ask again.
    private const string RetryAfterSeconds = "10";

    /// <summary>Answers with a session's bytes, for as long as it lasts.</summary>
    /// <param name="context">The request, not answered yet.</param>
    /// <param name="engine">Runs the connection.</param>
    /// <param name="session">Makes the session.</param>
    /// <param name="start">Sets status and headers, before the first byte.</param>
    /// <returns>Why it ended before it sent anything, so that the status is still open; else <see cref="Reason.None"/>.</returns>
    public static async Task<Reason> ServeResponseAsync(HttpContext context, Engine engine, ISessionFactory session, Action<HttpResponse> start)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        LiftRate(context);
        var (remote, local) = Ends(context);
        var transport = new HttpResponseTransport(context, Lent(context), remote, local, start);
        var connection = engine.Open(transport, session);
        await transport.Unused;
        return context.Response.HasStarted || context.RequestAborted.IsCancellationRequested ? Reason.None : connection.Ended;
    }

    /// <summary>Takes the WebSocket that a request asks for, and gives it to a session for as long as that lasts.</summary>
    /// <param name="context">The request, not answered yet.</param>
    /// <param name="engine">Runs the connection.</param>
    /// <param name="session">Makes the session.</param>
    public static async Task ServeWebSocketAsync(HttpContext context, Engine engine, ISessionFactory session)
    {
        LiftRate(context);
        using var webSocket = await context.WebSockets.AcceptWebSocketAsync();
        var (remote, local) = Ends(context);
        using var transport = new WebSocketTransport(webSocket, remote, local, Lent(context), context.RequestAborted);
        engine.Open(transport, session);
        await transport.Unused;
        await transport.Closing;
    }

    /// <summary>The address of the peer, an IPv4 address as such.</summary>
    public static IPEndPoint Remote(HttpContext context) => Ends(context).Remote;

    /// <summary>Lets pages of any origin ask: media is public here, and no cookie or login goes with it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="headers">Request headers beside the usual ones that a page may set.</param>
    /// <returns>Whether that was the question, and it is answered.</returns>
    public static bool AllowAnyOrigin(HttpContext context, string headers)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            return false;
        }

        context.Response.Headers.AccessControlAllowMethods = "GET, HEAD, OPTIONS";
        context.Response.Headers.AccessControlAllowHeaders = headers;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }

    /// <summary>Media is read and nothing else: answers other methods with 405.</summary>
    /// <returns>Whether the method was another, and it is answered.</returns>
    public static bool RefuseMethod(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        {
            return false;
        }

        context.Response.Headers.Allow = "GET, HEAD, OPTIONS";
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return true;
    }

    /// <summary>Answers that it cannot be had, with the status of the reason and its words.</summary>
    /// <param name="context">The request, not answered yet.</param>
    /// <param name="why">The reason.</param>
    /// <param name="text">Other words than the reason's own.</param>
    public static Task RefuseAsync(HttpContext context, Reason why, string? text = null)
    {
        var info = Reasons.Describe(why);
        var response = context.Response;
        response.StatusCode = StatusOf(why);
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (response.StatusCode is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = RetryAfterSeconds;
        }

        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.WriteAsync(text ?? $"Refused: {info.Text} [{info.Tag}].\n", context.RequestAborted);
    }

    // A slow viewer is the drop policy's business, and one that reads nothing the session's; Kestrel would abort it without telling us why.
    private static void LiftRate(HttpContext context)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static (IPEndPoint Remote, IPEndPoint Local) Ends(HttpContext context)
    {
        var connection = context.Connection;
        return (End(connection.RemoteIpAddress, connection.RemotePort), End(connection.LocalIpAddress, connection.LocalPort));
    }

    private static Socket? Lent(HttpContext context) => context.Features.Get<IConnectionSocketFeature>()?.Socket;

    private static int StatusOf(Reason why) => why switch
    {
        Reason.StreamNotFound or Reason.ApplicationNotFound => StatusCodes.Status404NotFound,
        Reason.InvalidName => StatusCodes.Status400BadRequest, // there never will be one
        Reason.StreamEnded => StatusCodes.Status410Gone,
        Reason.AccessDenied or Reason.KeyRequired or Reason.ByteRateExceeded => StatusCodes.Status403Forbidden,
        Reason.TooManyConnectionsFromAddress or Reason.TooManyWaitersFromAddress or Reason.ConnectRateExceeded => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    private static IPEndPoint End(IPAddress? address, int port) =>
        new(address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address ?? IPAddress.None, port);
}
