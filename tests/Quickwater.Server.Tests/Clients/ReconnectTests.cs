using System.Collections.Concurrent;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Server.Tests;

public sealed class ReconnectTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly BackoffOptions Fast = new() { First = TimeSpan.FromMilliseconds(50), Longest = TimeSpan.FromMilliseconds(500) };
    private static readonly byte[] Config = [0x17, 0, 0, 0, 0, 1, 0x42, 0xC0, 0x0D, 0xFF, 0xE1, 0, 0];
    private static readonly byte[] Key = [0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65];
    private static readonly byte[] Inter = [0x27, 1, 0, 0, 0, 0, 0, 0, 1, 0x41];

    [Fact]
    public async Task Publisher_and_player_survive_a_server_that_comes_back()
    {
        using var late = new CancellationTokenSource(Patience);
        var server = await RunningServer.StartAsync("rtmp.listen=127.0.7.1:0", "shutdown.grace=6s"); // nobody else takes its port while it is away
        var address = server.Rtmp;
        var notices = new ConcurrentQueue<RetryNotice>();
        await using var publisher = await RtmpPublisher.ConnectAsync(
            server.Url("live/a"), new RtmpPublisherOptions { Reconnect = Fast, Retrying = notices.Enqueue }, late.Token);
        await using var player = await RtmpPlayer.ConnectAsync(
            server.Url("live/a"), new RtmpPlayerOptions { Reconnect = Fast, EndWithStream = false }, late.Token);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(late.Token);
        var sending = SendAsync(publisher, enough.Token);
        await using var tags = player.ReadAllAsync(late.Token).GetAsyncEnumerator(late.Token);
        var before = await TakeAsync(tags, 20);

        await server.DisposeAsync();
        await using var again = await RunningServer.StartAsync($"rtmp.listen={address}");
        var sinceBreak = 0; // the old server goes on for a while before it leaves
        var after = new List<MediaTag>();
        while (sinceBreak < 20)
        {
            Assert.True(await tags.MoveNextAsync());
            sinceBreak += sinceBreak > 0 || tags.Current.IsConfig ? 1 : 0;
            after.Add(tags.Current with { Body = tags.Current.Body.ToArray() });
        }

        await enough.CancelAsync();
        await sending;
        Assert.True(before[0].IsConfig);
        Assert.NotEmpty(notices);
        var resumed = after.FindIndex(tag => tag.IsConfig);
        Assert.True(after.Skip(resumed).First(tag => !tag.IsConfig).IsKey);
        Assert.All(before.Concat(after).Zip(before.Concat(after).Skip(1)), pair => Assert.True(pair.First.Milliseconds <= pair.Second.Milliseconds));
        Assert.False(player.Ended.IsCompleted);
        Assert.False(publisher.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_publisher_waits_for_a_busy_stream_and_gives_up_on_a_refused_key()
    {
        using var late = new CancellationTokenSource(Patience);
        await using var server = await RunningServer.StartAsync("rtmp.anonymousPublishFromLoopback=false");
        var busy = new TaskCompletionSource<RetryNotice>();
        var options = new RtmpPublisherOptions { Reconnect = Fast, Retrying = notice => busy.TrySetResult(notice) };
        var url = server.Url($"live/a?key={RunningServer.Key}");
        var first = await RtmpPublisher.ConnectAsync(url, null, late.Token);
        var second = RtmpPublisher.ConnectAsync(url, options, late.Token);
        Assert.Equal("NetStream.Publish.BadName", (await busy.Task.WaitAsync(late.Token)).Failure.Code);
        await first.CompleteAsync(late.Token);
        await first.DisposeAsync();
        await (await second).DisposeAsync();

        var refused = await Assert.ThrowsAsync<ClientException>(() => RtmpPublisher.ConnectAsync(server.Url("live/a"), options, late.Token));
        Assert.Equal((Reason.RefusedByPeer, "NetStream.Publish.Denied"), (refused.Failure.Why, refused.Failure.Code));
        Assert.NotEmpty(refused.Failure.Description);
    }

    [Fact]
    public async Task A_reader_that_stops_can_read_on_and_only_one_reads_at_a_time()
    {
        using var late = new CancellationTokenSource(Patience);
        await using var server = await RunningServer.StartAsync();
        await using var publisher = await RtmpPublisher.ConnectAsync(server.Url("live/a"), null, late.Token);
        await using var player = await RtmpPlayer.ConnectAsync(server.Url("live/a"), null, late.Token);
        await publisher.SendAsync(FlvTagType.Video, 0, Config, late.Token);
        await publisher.SendAsync(FlvTagType.Video, 0, Key, late.Token);
        await using (var tags = player.ReadAllAsync(late.Token).GetAsyncEnumerator(late.Token))
        {
            Assert.True((await TakeAsync(tags, 1))[0].IsConfig);
            await using var other = player.ReadAllAsync(late.Token).GetAsyncEnumerator(late.Token);
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await other.MoveNextAsync());
        }

        await using var rest = player.ReadAllAsync(late.Token).GetAsyncEnumerator(late.Token);
        await publisher.CompleteAsync(late.Token);
        Assert.Equal(Reason.StreamEnded, (await player.Ended.WaitAsync(late.Token)).Why);
        Assert.True(await rest.MoveNextAsync());
        Assert.True(rest.Current.IsKey);
        Assert.False(await rest.MoveNextAsync());
        await Assert.ThrowsAsync<ClientException>(async () => await publisher.SendAsync(FlvTagType.Video, 0, Key, late.Token));
    }

    [Fact]
    public async Task Nobody_there_is_an_exception_with_its_reason_and_a_url_that_is_none_another()
    {
        var server = await RunningServer.StartAsync();
        var url = server.Url("live/a");
        await server.DisposeAsync();

        var gone = await Assert.ThrowsAsync<ClientException>(() => RtmpPlayer.ConnectAsync(url));
        Assert.Equal(Reason.ConnectionRefused, gone.Failure.Why);
        await Assert.ThrowsAsync<ArgumentException>(() => RtmpPlayer.ConnectAsync("http://127.0.0.1/live/a"));
        await Assert.ThrowsAsync<ArgumentException>(() => RtmpPublisher.ConnectAsync(url, new RtmpPublisherOptions { QueueBytesMax = 0 }));
    }

    private static async Task SendAsync(RtmpPublisher publisher, CancellationToken stop)
    {
        try
        {
            await publisher.SendAsync(FlvTagType.Video, 0, Config, stop);
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            for (var frame = 0; await pace.WaitForNextTickAsync(stop); frame++)
            {
                await publisher.SendAsync(FlvTagType.Video, frame * 10, frame % 10 == 0 ? Key : Inter, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }

    private static async Task<List<MediaTag>> TakeAsync(IAsyncEnumerator<MediaTag> tags, int count)
    {
        var taken = new List<MediaTag>();
        while (taken.Count < count)
        {
            Assert.True(await tags.MoveNextAsync());
            taken.Add(tags.Current with { Body = tags.Current.Body.ToArray() });
        }

        return taken;
    }
}
