using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

public sealed class ReadAheadQueueTests : IMailbox
{
    private static readonly AudioFormat s_other = new(AudioEncoding.S24, 2, 44_100);

    private readonly byte[] _buffer = new byte[1000];
    private int _roomMade;
    private int _wakes;

    [Fact]
    [Requirement("AUD-5.3")]
    public void It_holds_no_more_than_it_may_and_tells_when_there_is_room()
    {
        using var queue = new ReadAheadQueue(1000, () => _roomMade++);
        queue.Bind(this);
        Assert.True(queue.Change(Pattern.Speech, "a"));
        Assert.Equal(1000, queue.Write(Pattern.Bytes(0, 1500)));
        Assert.Equal(0, queue.Write(Pattern.Bytes(0, 2)));
        Assert.Equal(SourceStatus.Changed, Take(queue, 400, out _));
        Assert.Equal(SourceStatus.Data, Take(queue, 400, out var first));
        Assert.Equal(0, _roomMade);
        Assert.Equal(SourceStatus.Data, Take(queue, 400, out var second));
        Assert.Equal(1, _roomMade);
        Assert.Equal(Pattern.Bytes(0, 800), first.Concat(second));
        Assert.Equal(200, queue.Held);
    }

    [Fact]
    public void Changes_come_exactly_between_the_samples()
    {
        using var queue = new ReadAheadQueue(10_000, () => _roomMade++);
        queue.Change(Pattern.Speech, "a");
        queue.Write(Pattern.Bytes(0, 10));
        queue.Change(s_other, "b");
        queue.Write(Pattern.Bytes(0, 12));
        queue.End(Reason.Completed);
        Assert.Equal(SourceStatus.Changed, Take(queue, 1000, out _));
        Assert.Equal((Pattern.Speech, "a"), (queue.Format, queue.Title));
        Assert.Equal(SourceStatus.Data, Take(queue, 1000, out var first));
        Assert.Equal(10, first.Length);
        Assert.Equal(SourceStatus.Changed, Take(queue, 1000, out _));
        Assert.Equal((s_other, "b"), (queue.Format, queue.Title));
        Assert.Equal(SourceStatus.Data, Take(queue, 1000, out var second));
        Assert.Equal(12, second.Length);
        Assert.Equal(SourceStatus.Ended, Take(queue, 1000, out _));
        Assert.Equal(Reason.Completed, queue.Ended);
    }

    [Fact]
    public void A_starved_reader_is_woken_once_when_there_is_more()
    {
        using var queue = new ReadAheadQueue(1000, () => _roomMade++);
        queue.Bind(this);
        Assert.Equal(SourceStatus.Starved, Take(queue, 10, out _));
        queue.Change(Pattern.Speech, "");
        queue.Write(Pattern.Bytes(0, 10));
        queue.Write(Pattern.Bytes(0, 10));
        Assert.Equal(1, _wakes);
    }

    [Fact]
    public void Half_a_sample_frame_waits_for_its_other_half()
    {
        using var queue = new ReadAheadQueue(1000, () => _roomMade++);
        queue.Change(s_other, "");
        Assert.Equal(SourceStatus.Changed, Take(queue, 100, out _));
        queue.Write(Pattern.Bytes(0, 4));
        Assert.Equal(SourceStatus.Starved, Take(queue, 100, out _));
        queue.Write(Pattern.Bytes(4, 2));
        Assert.Equal(SourceStatus.Data, Take(queue, 100, out var frame));
        Assert.Equal(Pattern.Bytes(0, 6), frame);
    }

    [Fact]
    public void A_reader_that_is_gone_tells_the_worker()
    {
        var queue = new ReadAheadQueue(1000, () => _roomMade++);
        queue.Dispose();
        queue.Dispose();
        Assert.Equal((1, true), (_roomMade, queue.IsDisposed));
    }

    [Fact]
    public void A_fallback_stands_in_while_the_first_gives_nothing_and_hands_back()
    {
        var first = new Pattern(Pattern.Speech);
        var second = new MemorySource(s_other, Pattern.Bytes(0, 600), "stand-in", loops: true);
        using var source = new FallbackSource(first, second, TimeSpan.FromMilliseconds(500));
        Assert.Equal([SourceStatus.Changed, SourceStatus.Data], Statuses(source, 0, 0));
        first.Starve();
        Assert.Equal([SourceStatus.Starved, SourceStatus.Starved, SourceStatus.Changed, SourceStatus.Data], Statuses(source, 100, 500, 600, 600));
        Assert.Equal((true, "stand-in", s_other), (source.StandsIn, source.Title, source.Format));
        first.Feed();
        Assert.Equal([SourceStatus.Changed, SourceStatus.Data], Statuses(source, 700, 700));
        Assert.Equal((false, Pattern.Speech, 1L), (source.StandsIn, source.Format, source.Fallbacks));
    }

    [Fact]
    public void A_source_that_ends_is_stood_in_for_at_once()
    {
        using var source = new FallbackSource(
            new Pattern(Pattern.Speech, frames: 1), new MemorySource(s_other, Pattern.Bytes(0, 600), "stand-in", loops: true), TimeSpan.FromSeconds(9));
        Assert.Equal([SourceStatus.Changed, SourceStatus.Data, SourceStatus.Changed, SourceStatus.Data], Statuses(source, 0, 0, 0, 0));
        Assert.Equal(Reason.None, source.Ended);
    }

    void IMailbox.Wake() => _wakes++;

    bool IMailbox.Post(in Command command) => false;

    private SourceStatus[] Statuses(IAudioSource source, params int[] milliseconds) =>
        [.. milliseconds.Select(at => source.Read(_buffer, Instant.Zero + TimeSpan.FromMilliseconds(at), out _))];

    private SourceStatus Take(IAudioSource source, int room, out byte[] bytes)
    {
        var status = source.Read(_buffer.AsSpan(0, room), Instant.Zero, out var count);
        bytes = _buffer[..count];
        return status;
    }
}
