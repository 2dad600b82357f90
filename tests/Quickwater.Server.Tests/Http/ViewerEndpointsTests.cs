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

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/player.json")]
    [InlineData("/streams.json")]
    [InlineData("/stations.json")]
    public async Task Head_is_answered_wherever_get_is_and_other_methods_are_refused(string path)
    {
        foreach (var client in new[] { listeners.Http, listeners.Admin }.Take(path is "/healthz" or "/readyz" ? 2 : 1))
        {
            using var head = new HttpRequestMessage(HttpMethod.Head, path);
            var answer = await client.SendAsync(head);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync());

            var post = await client.PostAsync(new Uri(path, UriKind.Relative), null);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
            Assert.Equal(["GET", "HEAD"], post.Content.Headers.Allow.Order());
        }
    }

    [Theory]
    [InlineData("ok", "ok", HttpStatusCode.OK)]
    [InlineData("ok", "starting", HttpStatusCode.ServiceUnavailable)]
    [InlineData("draining", "draining", HttpStatusCode.ServiceUnavailable)]
    public async Task A_server_is_ready_when_it_listens_and_does_not_drain(string state, string ready, HttpStatusCode status)
    {
        (listeners.Status.State, listeners.Status.Readiness) = (state, ready);
        try
        {
            foreach (var client in new[] { listeners.Http, listeners.Admin })
            {
                var answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative));
                Assert.Equal(status, answer.StatusCode);
                Assert.Contains($"\"status\":\"{ready}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
        finally
        {
            (listeners.Status.State, listeners.Status.Readiness) = ("ok", "ok");
        }
    }

    [Theory]
    [InlineData("/nothing", "./")]
    [InlineData("/a/b/nothing", "../../")]
    public async Task A_person_at_a_wrong_address_gets_a_page_and_a_program_a_line(string path, string up)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html,*/*;q=0.8");
        var page = await listeners.Http.SendAsync(request);
        var text = await page.Content.ReadAsStringAsync();
        var line = await listeners.Http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal((HttpStatusCode.NotFound, "text/html; charset=utf-8"), (page.StatusCode, page.Content.Headers.ContentType?.ToString()));
        Assert.Contains("There is nothing at this address", text, StringComparison.Ordinal);
        Assert.Contains($"<a href=\"{up}\">", text, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.NotFound, "There is nothing at this address.\n"), (line.StatusCode, await line.Content.ReadAsStringAsync()));
    }
}
