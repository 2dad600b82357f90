using System.Net;

namespace Quickwater.Server.Tests;

public sealed class ViewerEndpointsTests(ListenerFixture listeners) : IClassFixture<ListenerFixture>
{
    [Fact]
    public async Task The_page_comes_with_security_headers_and_is_revalidated()
    {
        var page = await listeners.Http.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType?.ToString());
        Assert.Contains("default-src 'none'", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        Assert.True(page.Headers.CacheControl?.NoCache);

        using var again = new HttpRequestMessage(HttpMethod.Get, "/");
        again.Headers.IfNoneMatch.Add(page.Headers.ETag ?? throw new InvalidOperationException("no ETag"));
        Assert.Equal(HttpStatusCode.NotModified, (await listeners.Http.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task Player_json_has_its_agreed_shape() =>
        Assert.Equal(
            """{"defaultStream":"live/demo","version":"0.1.0"}""",
            await listeners.Http.GetStringAsync(new Uri("/player.json", UriKind.Relative)));

    [Fact]
    public async Task Administration_is_not_served_to_viewers()
    {
        foreach (var path in new[] { "/metrics", "/api/v1/streams", "/api/v1/connections", "/admin.html" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await listeners.Http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
        }
    }

    [Fact]
    public async Task Head_answers_without_a_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/");
        var answer = await listeners.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Content.Headers.ContentLength > 0);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }
}
