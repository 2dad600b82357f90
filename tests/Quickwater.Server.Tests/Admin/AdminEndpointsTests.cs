using System.Net;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

public sealed class AdminEndpointsTests(ListenerFixture listeners) : IClassFixture<ListenerFixture>
{
    [Fact]
    public async Task Streams_have_their_agreed_shape() =>
        Assert.Equal(
            """{"streams":[{"name":"live/demo","state":"live","publisher":{"connection":1,"remote":"127.0.0.1:5000"},"video":{"codec":"avc1.42c01e","width":640,"height":360,"profile":null,"level":null,"frameRate":null,"bitDepth":null,"chroma":null},"audio":null,"bitrateBps":1000,"framesIn":2,"frames":{"audio":1,"video":2,"keys":1,"data":0},"bytesIn":3,"viewers":4,"bytesOut":5,"gopMilliseconds":6,"drops":{"lag_time_exceeded":7},"metadata":null}],"playerPort":8080}""",
            await listeners.Admin.GetStringAsync(new Uri("/api/v1/streams", UriKind.Relative)));

    [Fact]
    public async Task Connections_have_their_agreed_shape() =>
        Assert.Equal(
            """{"connections":[{"id":1,"protocol":"rtmp","remote":"127.0.0.1:5000","role":"publisher","stream":"live/demo","state":"publishing","openSeconds":1.5,"bytesIn":1,"bytesOut":2,"bitrateInBps":8,"bitrateOutBps":16,"lagMilliseconds":3,"lagBytes":4,"framesDelivered":5,"framesDropped":6,"drops":{},"tolerated":{},"streams":[{"stream":"live/demo","role":"publisher","identity":"this machine","frames":7,"bytes":8,"bitrateBps":9,"lagMilliseconds":0,"framesDropped":0,"drops":{}}]}],"closed":{"peer_closed":3}}""",
            await listeners.Admin.GetStringAsync(new Uri("/api/v1/connections", UriKind.Relative)));

    [Fact]
    [Requirement("RTMP-18.3")]
    public async Task Metrics_are_in_the_text_format()
    {
        var answer = await listeners.Admin.GetAsync(new Uri("/metrics", UriKind.Relative));

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Contains("quickwater_test_total 1\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_turns_503_when_the_server_takes_no_work()
    {
        var health = new Uri("/healthz", UriKind.Relative);
        Assert.Equal(HttpStatusCode.OK, (await listeners.Admin.GetAsync(health)).StatusCode);

        listeners.Status.State = "draining";
        try
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await listeners.Admin.GetAsync(health)).StatusCode);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await listeners.Http.GetAsync(health)).StatusCode);
        }
        finally
        {
            listeners.Status.State = "ok";
        }
    }

    [Theory]
    [InlineData("127.0.0.1", null, HttpStatusCode.OK)]
    [InlineData("localhost", null, HttpStatusCode.OK)]
    [InlineData("LOCALHOST", null, HttpStatusCode.OK)]
    [InlineData("[::1]", null, HttpStatusCode.OK)]
    [InlineData("media.example", null, HttpStatusCode.OK)]
    [InlineData("evil.example", null, HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.evil.example", null, HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.evil.example", null, HttpStatusCode.MisdirectedRequest)]
    [InlineData("192.168.0.1", null, HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost", "http://localhost", HttpStatusCode.OK)]
    [InlineData("localhost", "http://localhost:1", HttpStatusCode.Forbidden)]
    [InlineData("localhost", "http://127.0.0.1", HttpStatusCode.Forbidden)]
    [InlineData("localhost", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost", "null", HttpStatusCode.Forbidden)]
    [InlineData("evil.example", "http://evil.example", HttpStatusCode.MisdirectedRequest)]
    public async Task Only_our_own_host_and_origin_get_through(string host, string? origin, HttpStatusCode expected)
    {
        foreach (var path in new[] { "/", "/metrics", "/healthz", "/api/v1/connections" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = host;
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }

            Assert.Equal(expected, (await listeners.Admin.SendAsync(request)).StatusCode);
        }
    }
}
