namespace Quickwater.Rtmp.Tests;

public sealed class ClientOptionsTests
{
    [Theory]
    [InlineData("rtmp://host/live/cam", "host", 1935, "live", "cam", "rtmp://host/live")]
    [InlineData("RTMP://Host:1936/live/cam?key=k&a=b", "host", 1936, "live", "cam?key=k&a=b", "rtmp://host:1936/live")]
    [InlineData("rtmp://[::1]:1999/live/cam", "::1", 1999, "live", "cam", "rtmp://[::1]:1999/live")]
    [InlineData("rtmp://127.0.0.1/a/b/c/", "127.0.0.1", 1935, "a/b", "c", "rtmp://127.0.0.1/a/b")]
    [InlineData("rtmp://user:secret@host/live/cam", "host", 1935, "live", "cam", "rtmp://host/live")]
    [InlineData("rtmp://host/live/a%20b", "host", 1935, "live", "a b", "rtmp://host/live")]
    public void A_url_is_taken_apart(string url, string host, int port, string application, string stream, string tcUrl)
    {
        Assert.True(RtmpClientOptions.TryParse(url, out var foundHost, out var foundPort, out var options));
        Assert.Equal(
            (host, port, application, stream, tcUrl), (foundHost, foundPort, options?.Application, options?.Stream, options?.TcUrl));
    }

    [Theory]
    [InlineData("")]
    [InlineData("cam")]
    [InlineData("http://host/live/cam")]
    [InlineData("rtmp://host")]
    [InlineData("rtmp://host/")]
    [InlineData("rtmp://host/cam")]
    [InlineData("rtmp://host//cam")]
    [InlineData("rtmp:///live/cam")]
    [InlineData("rtmp:live/cam")]
    [InlineData("rtmp://host:99999/live/cam")]
    public void What_is_no_url_of_a_stream_is_refused(string url)
    {
        Assert.False(RtmpClientOptions.TryParse(url, out _, out _, out var options));
        Assert.Null(options);
    }

    [Fact]
    public void A_url_that_no_command_can_hold_is_refused() =>
        Assert.False(RtmpClientOptions.TryParse($"rtmp://host/live/{new string('a', 5000)}", out _, out _, out _));
}
