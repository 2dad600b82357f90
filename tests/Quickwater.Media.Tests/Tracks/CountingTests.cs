using Quickwater.Core;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

[Requirement("AUD-1.4")]
public sealed class CountingTests
{
    private readonly LeakCounters _leaks = new();

    [Fact]
    public void A_frame_lives_until_its_last_release_and_takes_its_payload_along()
    {
        var frame = Frame();
        frame.Retain();
        Assert.Equal(new LeakCounters.Snapshot(0, 1, 0, 1, _leaks.Memory.Used), _leaks.Read());
        frame.Release();
        Assert.Equal([1, 2, 3], frame.Payload.ToArray());
        frame.Release();
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public void A_double_release_of_a_frame_throws()
    {
        var frame = Frame();
        frame.Release();
        Assert.Throws<InvalidOperationException>(frame.Release);
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public void A_frame_cannot_be_brought_back()
    {
        var frame = Frame();
        frame.Release();
        Assert.Throws<InvalidOperationException>(frame.Retain);
    }

    [Fact]
    public void A_double_release_of_a_buffer_throws()
    {
        var bytes = new PooledBytes.Pool(_leaks).Rent();
        bytes.Release();
        Assert.Throws<InvalidOperationException>(bytes.Release);
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public void A_buffer_grows_as_bytes_arrive_and_starts_empty_again()
    {
        var pool = new PooledBytes.Pool(_leaks);
        var bytes = pool.Rent();
        var expected = new List<byte>();
        for (var i = 0; i < 1000; i++)
        {
            byte[] piece = [.. Enumerable.Repeat((byte)i, i % 50)];
            bytes.Append(piece);
            expected.AddRange(piece);
        }

        Assert.Equal(expected, bytes.Span.ToArray());
        Assert.Equal(expected, bytes.Memory.ToArray());
        bytes.EnsureCapacity(100_000);
        Assert.True(bytes.Capacity >= 100_000);
        Assert.Equal(expected.Count, bytes.Length);
        bytes.Release();
        Assert.Same(bytes, pool.Rent());
        Assert.Equal((0, 0), (bytes.Length, bytes.Capacity));
        bytes.Release();
    }

    [Fact]
    public void A_segment_lives_until_its_last_release_and_no_longer()
    {
        var pool = new Segment.Pool(_leaks);
        var segment = pool.Rent(5000);
        Assert.True(segment.Capacity >= 5000);
        segment.Retain();
        segment.Release();
        Assert.Equal(1, _leaks.Segments.Count);
        segment.Release();
        Assert.True(_leaks.Read().IsZero);
        Assert.Throws<InvalidOperationException>(segment.Release);
        Assert.Throws<InvalidOperationException>(segment.Retain);
    }

    [Fact]
    public void A_counter_that_falls_under_zero_throws()
    {
        _leaks.Sockets.Add();
        _leaks.Sockets.Remove();
        Assert.Throws<InvalidOperationException>(_leaks.Sockets.Remove);
    }

    [Fact]
    public void A_reused_frame_shows_nothing_of_its_last_life()
    {
        var pool = new Frame.Pool(_leaks);
        var buffers = new PooledBytes.Pool(_leaks);
        var first = pool.Create(FrameKind.Video, FrameFlags.Key, 77, buffers.Rent(), track: 3);
        first.Release();
        var second = pool.Create(FrameKind.Audio, FrameFlags.Config, -5, buffers.Rent());
        Assert.Same(first, second);
        Assert.Equal(
            (FrameKind.Audio, FrameFlags.Config, -5L, (byte)0, false, true),
            (second.Kind, second.Flags, second.SourceMilliseconds, second.Track, second.IsKey, second.IsConfig));
        second.Release();
    }

    [Fact]
    public async Task Threads_that_share_a_frame_free_it_once()
    {
        for (var round = 0; round < 50; round++)
        {
            var frame = Frame();
            for (var i = 0; i < 4000; i++)
            {
                frame.Retain();
            }

            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    frame.Retain();
                    frame.Release();
                    frame.Release();
                }
            })));
            Assert.Equal(1, _leaks.Frames.Count);
            frame.Release();
            Assert.True(_leaks.Read().IsZero);
        }
    }

    private Frame Frame()
    {
        var bytes = new PooledBytes.Pool(_leaks).Rent();
        bytes.Append([1, 2, 3]);
        return new Frame.Pool(_leaks).Create(FrameKind.Video, FrameFlags.None, 0, bytes);
    }
}
