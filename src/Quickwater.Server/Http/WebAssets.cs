using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Quickwater.Server;

/// <summary>The web pages, embedded in the executable when it was built.</summary>
internal static class WebAssets
{
    private const string Prefix = "web/";
    private const string FallbackPrefix = "fallback/";
    private const int DepthMax = 16;
    private const string MissingPage = "missing.html";

    private static readonly Dictionary<string, Asset> Built = Load(Prefix);
    private static readonly Dictionary<string, Asset> Fallback = Load(FallbackPrefix);

    /// <summary>Whether the pages were built, or only a note stands in their place.</summary>
    public static bool AreBuilt => Built.Count > 0;

    /// <summary>Answers <c>/</c> with the main page, other paths with other pages, and every path that an asset has.</summary>
    public static void Map(WebApplication app, string main, params (string Path, string Page)[] others)
    {
        var pages = others.Append(("/", main)).ToDictionary(static one => one.Item1, static one => one.Item2, StringComparer.Ordinal);
        Func<string, Asset?> find = path => pages.TryGetValue(path, out var page)
            ? Built.GetValueOrDefault(page) ?? Fallback.GetValueOrDefault(page) ?? Fallback.GetValueOrDefault(main)
            : path.EndsWith(".html", StringComparison.Ordinal) ? null : Built.GetValueOrDefault(path[1..]);
        app.MapMethods("/{**path}", [HttpMethods.Get, HttpMethods.Head], context =>
        {
            if (find(context.Request.Path.Value ?? "/") is { } asset)
            {
                return WriteAsync(context, asset);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            if (AsksForPage(context.Request) && (Built.GetValueOrDefault(MissingPage) ?? Fallback.GetValueOrDefault(MissingPage)) is { } missing)
            {
                return WriteBodyAsync(context, missing with { Bytes = SeenFrom(context.Request.Path.Value ?? "/", missing.Bytes) });
            }

            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync("There is nothing at this address.\n", context.RequestAborted);
        });
    }

    private static Task WriteAsync(HttpContext context, Asset asset)
    {
        var headers = context.Response.Headers;
        headers.ETag = asset.Tag;

        // Files under assets/ have a hash of their content in their name; pages must be asked for anew.
        headers.CacheControl = asset.IsHashed ? "public, max-age=31536000, immutable" : "no-cache";
        if (context.Request.Headers.IfNoneMatch.Contains(asset.Tag, StringComparer.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        return WriteBodyAsync(context, asset);
    }

    // People get a page; programs, which accept anything, get a line of text.
    private static bool AsksForPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    // Its links are relative, so that the prefix of a proxy is kept; it stands at any depth.
    private static byte[] SeenFrom(string path, byte[] page)
    {
        var depth = Math.Max(0, path.Count(static c => c == '/') - 1);
        return depth is 0 or > DepthMax
            ? page
            : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(page).Replace("=\"./", "=\"" + string.Concat(Enumerable.Repeat("../", depth)), StringComparison.Ordinal));
    }

    private static Task WriteBodyAsync(HttpContext context, Asset asset)
    {
        context.Response.ContentType = asset.ContentType;
        context.Response.ContentLength = asset.Bytes.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(asset.Bytes, context.RequestAborted).AsTask();
    }

    private static Dictionary<string, Asset> Load(string prefix)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var assets = new Dictionary<string, Asset>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames())
        {
            // A build on Windows names them with backslashes.
            var path = name.Replace('\\', '/');
            if (!path.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            using var stream = assembly.GetManifestResourceStream(name);
            var bytes = new byte[stream?.Length ?? 0];
            stream?.ReadExactly(bytes);
            var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"";
            var relative = path[prefix.Length..];
            assets[relative] = new Asset(
                bytes, ContentTypeOf(relative), tag, relative.StartsWith("assets/", StringComparison.Ordinal));
        }

        return assets;
    }

    private static string ContentTypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".ico" => "image/x-icon",
        ".json" or ".map" => "application/json; charset=utf-8",
        ".woff2" => "font/woff2",
        ".txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };

    private sealed record Asset(byte[] Bytes, string ContentType, string Tag, bool IsHashed);
}
