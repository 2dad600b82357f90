using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Client.Tests;

public sealed class TagQueueTests : IDisposable
{
    private static readonly byte[] _config = [0x17, 0, 0, 0, 0, 1];
    private static readonly byte[] _key = [0x17, 1, 0, 0, 0, 1, 2, 3];

    private readonly LeakCounters _leaks = new();
    private readonly PooledBytes.Pool _pool;
    private readonly TagQueue _queue = new(bytesMax: 20, () => { });
    private readonly CountingMailbox _mailbox = new();

    public TagQueueTests()
    {
        _pool = new PooledBytes.Pool(_leaks);
        _queue.Tags.Opened(_mailbox);
    }

    public void Dispose()
    {
        _queue.Dispose();
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public void The_time_line_begins_at_zero_and_goes_on_over_wraps_breaks_and_reconnects()
    {
        Give(0, _config);
        Give(0xFFFFFFF0, _key);
        Give(0x10, _key, atMilliseconds: 32);
        Assert.Equal([0, 0, 32], Times(3));

        // The server came back 1 s later and counts from 0, its configuration first.
        _queue.Over();
        Give(0, _config, atMilliseconds: 1032);
        Give(500, _key, atMilliseconds: 1032);
        Give(540, _key, atMilliseconds: 1072);
        Assert.Equal([32, 1032, 1072], Times(3));

        _queue.StreamEnded(Instant.Zero);
        Give(7, _key, atMilliseconds: 3072);
        Give(0, _key, atMilliseconds: 3080);
        Assert.Equal([3072, 3065], Times(2));
    }

    [Fact]
    public void A_full_queue_says_so_and_wakes_its_connection_when_it_has_room()
    {
        Give(0, _key);
        Give(0, _key);
        Assert.False(_queue.IsFull);
        Give(0, _key);
        Assert.True(_queue.IsFull);
        Assert.Equal(0, _mailbox.Wakes);

        Times(1);
        Assert.False(_queue.IsFull);
        Assert.Equal(1, _mailbox.Wakes);
        Times(1);
        Assert.Equal(1, _mailbox.Wakes);
    }

    [Fact]
    public void Whoever_waits_is_told_when_something_comes_and_when_nothing_comes_any_more()
    {
        Assert.False(_queue.Tags.TryTake(out _, out _, out var more));
        Assert.False(more?.IsCompleted);
        Give(0, _key);
        Assert.True(more?.IsCompleted);
        Times(1);
        Assert.False(_queue.Tags.TryTake(out _, out _, out more));
        _queue.Tags.End();
        Assert.True(more?.IsCompleted);
        Assert.False(_queue.Tags.TryTake(out _, out _, out more));
        Assert.Null(more);
    }

    [Fact]
    public void What_is_no_part_of_the_stream_is_left_out()
    {
        Give(0, [2, 0, 17, .. "|RtmpSampleAccess"u8, 1, 1, 1, 1], type: RtmpMessageType.DataAmf0);
        Give(0, []);
        Give(0, [0, 2, 0, 1, 65], type: RtmpMessageType.DataAmf3);
        Assert.False(_queue.Tags.TryTake(out _, out _, out _));
    }

    private void Give(uint timestamp, byte[] body, long atMilliseconds = 0, RtmpMessageType type = RtmpMessageType.Video)
    {
        var payload = _pool.Rent();
        payload.Append(body);
        _queue.Media(type, timestamp, payload, Instant.Zero + TimeSpan.FromMilliseconds(atMilliseconds));
    }

    private List<long> Times(int count)
    {
        var times = new List<long>();
        for (var i = 0; i < count; i++)
        {
            Assert.True(_queue.Tags.TryTake(out var tag, out var body, out _));
            times.Add(tag.Milliseconds);
            body?.Release();
        }

        return times;
    }

    private sealed class CountingMailbox : IMailbox
    {
        public int Wakes { get; private set; }

        public void Wake() => Wakes++;

        public bool Post(in Command command) => true;
    }
}
