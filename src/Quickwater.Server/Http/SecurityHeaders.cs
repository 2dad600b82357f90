using Microsoft.AspNetCore.Http;

namespace Quickwater.Server;

/// <summary>Adds the headers that keep a browser from doing more with our pages than they need.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, string extraPolicy)
{
    /// <summary>For <c>extraPolicy</c>: no page may frame this one.</summary>
    public const string NoFrames = "; frame-ancestors 'none'";

    /// <summary>For <c>extraPolicy</c>: the player may be framed by any page.</summary>
    public const string AnyFrame = "";

    // blob: is where Media Source Extensions put the video.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "media-src 'self' blob:; worker-src 'self' blob:; base-uri 'none'; form-action 'self'";

    /// <summary>Handles a request.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy + extraPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        return next(context);
    }
}
