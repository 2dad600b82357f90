using System.Net;
using Microsoft.AspNetCore.Http;

namespace Quickwater.Server;

/// <summary>
/// Lets only requests through that name a host of ours, so that a foreign page cannot reach administration through the visitor's
/// browser: neither by a name of its own that it points at this machine (DNS rebinding), nor across origins.
/// </summary>
internal sealed class HostGuard(RequestDelegate next, AdminConfiguration configuration)
{
    private readonly HashSet<string> _allowed = new(
        configuration.AllowedHosts.Items.Select(host => host.Trim('[', ']')), StringComparer.OrdinalIgnoreCase);

    /// <summary>Handles a request: 421 for a foreign host, 403 for a foreign origin.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (!IsOurs(context.Request.Host.Host))
        {
            return RefuseAsync(
                context,
                StatusCodes.Status421MisdirectedRequest,
                "This server does not answer for this host name. Name it in admin.allowedHosts if it should.\n");
        }

        foreach (var origin in context.Request.Headers.Origin)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || !IsOurs(uri.Host)
                || !string.Equals(uri.Authority, Authority(context.Request), StringComparison.OrdinalIgnoreCase))
            {
                return RefuseAsync(context, StatusCodes.Status403Forbidden, "Requests from other origins are not allowed here.\n");
            }
        }

        return next(context);
    }

    private static string Authority(HttpRequest request) =>
        Uri.TryCreate($"{request.Scheme}://{request.Host.Value}", UriKind.Absolute, out var uri) ? uri.Authority : "";

    private static Task RefuseAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private bool IsOurs(string host)
    {
        var name = host.Trim('[', ']');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address))
            || _allowed.Contains(name);
    }
}
