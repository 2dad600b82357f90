using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

public sealed class RoundTripTests
{
    [Fact]
    [Requirement("RTMP-3.3", "RTMP-3.4", "RTMP-21.7/publish")]
    public async Task What_is_published_is_played_byte_for_byte()
    {
        await using var server = await RunningServer.StartAsync();
        var clip = Clip.Cut(1200);

        var playing = Clip.PlayAsync(server, "live/a");
        var published = await Clip.PublishAsync(server, "live/a", clip);
        var (played, copy) = await playing;

        Assert.Equal(Reason.Completed, published.Why);
        Assert.Equal(Reason.StreamEnded, played.Why);
        Assert.Equal(Clip.Tags(clip), Clip.Tags(copy));
    }

    [Fact]
    public async Task A_loop_goes_on_in_time_and_sends_configurations_once()
    {
        await using var server = await RunningServer.StartAsync();
        var clip = Clip.Cut(400);
        var round = Clip.Tags(clip);
        using var stop = new CancellationTokenSource();
        var output = new StopAfter(clip.Length * 3, stop);
        using var player = new FlvPlayer(output);

        var playing = player.RunAsync(server.Url("live/a"), new RtmpPlayerOptions(), stop.Token);
        await Clip.PublishAsync(server, "live/a", clip, loop: true, stop.Token);
        await playing;

        var tags = Clip.Tags(output.ToArray());
        Assert.True(tags.Count > 2 * round.Count, $"{tags.Count} tags");
        var video = tags.Where(tag => tag.Type == FlvTagType.Video).Skip(1).ToList();
        Assert.All(video.Zip(video.Skip(1)), pair => Assert.InRange(pair.Second.Milliseconds - pair.First.Milliseconds, 1, 200));
        Assert.Single(tags, tag => tag.Type == FlvTagType.Script);
        Assert.Single(tags, tag => tag.Hex == round.First(one => one.Type == FlvTagType.Video).Hex);
    }

    [Fact]
    [Requirement("RTMP-3.7")]
    public async Task A_second_publisher_is_told_that_the_stream_is_busy()
    {
        await using var server = await RunningServer.StartAsync();
        using var stop = new CancellationTokenSource();
        var first = Clip.PublishAsync(server, "live/a", Clip.Cut(400), loop: true, stop.Token);
        using var live = await server.Client.GetAsync(server.Http("/live/a.flv"), HttpCompletionOption.ResponseHeadersRead);

        var second = await Clip.PublishAsync(server, "live/a", Clip.Cut(400));
        await stop.CancelAsync();
        await first;

        Assert.Equal(Reason.RefusedByPeer, second.Why);
        Assert.Equal("NetStream.Publish.BadName", second.Code);
    }

    [Fact]
    [Requirement("RTMP-15.1", "RTMP-15.5")]
    public async Task Without_trust_in_loopback_a_publisher_needs_its_key()
    {
        var server = await RunningServer.StartAsync("rtmp.anonymousPublishFromLoopback=false");
        await using (server)
        {
            var clip = Clip.Cut(100);
            Assert.Equal(Reason.RefusedByPeer, (await Clip.PublishAsync(server, "live/a", clip)).Why);
            Assert.Equal(Reason.RefusedByPeer, (await Clip.PublishAsync(server, "live/a?key=wrong-key", clip)).Why);
            Assert.Equal(Reason.Completed, (await Clip.PublishAsync(server, $"live/a?key={RunningServer.Key}", clip)).Why);
        }

        var lines = server.Lines;
        Assert.Matches(@"Publishing live/a \(key none\) by connection \d+ from 127\.0\.0\.1:\d+: refused: .* \[key_required\]", lines);
        Assert.Matches(@"Publishing live/a \(key \*\*\*\) by connection \d+ from 127\.0\.0\.1:\d+: refused: .* \[access_denied\]", lines);
        Assert.Matches(@"Publishing live/a \(key te\*\*\*\) by connection \d+ from 127\.0\.0\.1:\d+: allowed as holder of a publish key \[none\]", lines);
        Assert.DoesNotContain(RunningServer.Key, lines, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-key", lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_flv_is_said_to_be_none()
    {
        await using var server = await RunningServer.StartAsync();

        Assert.Equal(Reason.MalformedContainer, (await Clip.PublishAsync(server, "live/a", "GIF89a, not FLV at all"u8.ToArray())).Why);
    }

    private sealed class StopAfter(int bytes, CancellationTokenSource stop) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken);
            if (Length >= bytes && !stop.IsCancellationRequested)
            {
                await stop.CancelAsync();
            }
        }
    }
}
