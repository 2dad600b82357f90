using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>The handshakes that real clients choose, and what the server says of them.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class HandshakeTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [ToolFact("ffmpeg")]
    [Requirement("RTMP-1.1", "RTMP-1.4", "RTMP-1.9/digest")]
    public async Task FFmpeg_checks_the_digests_and_a_strict_server_takes_its_own()
    {
        await using var server = await ServerProcess.StartAsync(output, "--set", "rtmp.handshake=strict", "--set", "log.level=debug");
        await using var publisher = Ffmpeg.Publish(server.RtmpUrl("live/a"), seconds: 60);
        await server.LiveAsync("live/a");

        await DoneAsync(server, "digest_1, C2 answers S1");
        Assert.Equal("", publisher.Error.Text);
    }

    [ToolFact("rtmpdump")]
    [Requirement("RTMP-1.1", "RTMP-1.4", "RTMP-1.9/simple")]
    public async Task The_library_of_rtmpdump_and_OBS_takes_both_handshakes()
    {
        await using var server = await ServerProcess.StartAsync(
            output, "--demo", "--set", "rtmp.handshake=strict", "--set", "log.level=debug");
        await server.LiveAsync("live/demo");
        using var files = new TemporaryFolder();
        string[] arguments = ["-r", server.RtmpUrl("live/demo"), "-o", files["taken.flv"]];

        await using var simple = Child.Start("rtmpdump", [.. arguments]);
        await DoneAsync(server, "simple, C2 answers S1");

        // With the hash of a Flash program to prove, it speaks digests, and looks at ours.
        await using var digests = Child.Start("rtmpdump", ["-V", .. arguments, "--swfsize", "1000", "--swfhash", string.Concat(Enumerable.Repeat("ab", 32))]);
        await digests.Error.FirstAsync("Genuine Adobe Flash Media Server", Patience);
        await server.MetricsAsync(
            metrics => metrics.Sum("quickwater_rtmp_handshakes_total", "scheme=\"digest_1\"") >= 2, "the demo's publisher and rtmpdump spoke digests");
    }

    [Fact]
    [Requirement("RTMP-1.4/setting")]
    public async Task A_wrong_echo_is_tolerated_and_can_be_seen_or_refused_and_logged()
    {
        await using var tolerant = await ServerProcess.StartAsync(output, "--set", "log.level=debug");
        using (var client = await RawRtmp.SendAsync(tolerant.Rtmp, RawRtmp.Handshake))
        {
            await DoneAsync(tolerant, "simple, C2 does not answer S1, which is tolerated");
            await tolerant.MetricsAsync(
                metrics => metrics.Sum("quickwater_rtmp_tolerated_total", "what=\"echo_mismatch\"") == 1, "the wrong echo is counted");
            Assert.Contains("\"tolerated\":{\"echo_mismatch\":1}", await tolerant.ConnectionsAsync(), StringComparison.Ordinal);
        }

        await using var strict = await ServerProcess.StartAsync(output, "--set", "rtmp.handshake=strict");
        using var refused = await RawRtmp.SendAsync(strict.Rtmp, RawRtmp.Handshake);
        await refused.EndedAsync();
        await strict.Log.FirstAsync(
            line => line.Contains($"ended: rtmp from {refused.Name},", StringComparison.Ordinal)
                && line.EndsWith("[malformed_handshake]", StringComparison.Ordinal),
            Patience);
    }

    [Fact]
    [Requirement("RTMP-2.6")]
    public async Task A_message_of_an_unknown_type_is_logged_with_whose_it_was_and_skipped()
    {
        await using var server = await ServerProcess.StartAsync(output);
        byte[] odd = [.. Enumerable.Range(0, 9).SelectMany(_ => RawRtmp.Chunk(99, 4, 1, 2, 3, 4))];
        using var client = await RawRtmp.SendAsync(server.Rtmp, (byte[])[.. RawRtmp.Publishing("live", "a"), .. odd]);

        var line = await server.Log.FirstAsync("of type 99", Patience);
        Assert.Contains($"from {client.Name} sent a message of type 99", line, StringComparison.Ordinal);
        await server.MetricsAsync(
            metrics => metrics.Sum("quickwater_rtmp_tolerated_total", "what=\"skipped_messages\"") == 9, "all nine are counted");
        await server.Log.FirstAsync("skipped; 8 so far", Patience);
        Assert.Equal(4, server.Log.All.Count(text => text.Contains("of type 99", StringComparison.Ordinal))); // 1, 2, 4, 8
        Assert.Contains("\"skipped_messages\":9", await server.ConnectionsAsync(), StringComparison.Ordinal);
    }

    private static Task<string> DoneAsync(ServerProcess server, string how) =>
        server.Log.FirstAsync(line => line.EndsWith($"finished its handshake: {how}", StringComparison.Ordinal), Patience);
}
