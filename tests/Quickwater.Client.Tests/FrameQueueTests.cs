using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Client.Tests;

public sealed class FrameQueueTests : IDisposable
{
    private static readonly byte[] _videoConfig = [0x17, 0, 0, 0, 0, 1];
    private static readonly byte[] _audioConfig = [0xAF, 0, 0x11, 0x90];
    private static readonly byte[] _key = [0x17, 1, 0, 0, 0, 1, 2, 3];
    private static readonly byte[] _inter = [0x27, 1, 0, 0, 0, 1, 2, 3];
    private static readonly byte[] _audio = [0xAF, 1, 9, 9];

    private readonly LeakCounters _leaks = new();
    private readonly FrameQueue _queue;
    private int _works;

    public FrameQueueTests() => _queue = new FrameQueue(new Frame.Pool(_leaks), new PooledBytes.Pool(_leaks), bytesMax: 100, () => _works++);

    public void Dispose()
    {
        _queue.Dispose();
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public void Frames_come_out_as_they_went_in_and_the_first_question_means_that_publishing_works()
    {
        Add(FlvTagType.Video, 0, _videoConfig);
        Add(FlvTagType.Video, 10, _key);
        Assert.Equal(0, _works);

        Assert.Equal(["0 config", "10 key", "later"], Take(3));
        Assert.Equal(1, _works);
        _queue.Complete();
        Assert.Equal(["ended"], Take(1));
    }

    [Fact]
    public void A_full_queue_takes_no_more_until_half_of_it_is_sent()
    {
        Add(FlvTagType.Video, 0, new byte[60]);
        Assert.False(_queue.TryAdd(FlvTagType.Audio, 0, new byte[60], out var room));
        Assert.False(room.IsCompleted);
        Take(1);
        Assert.True(room.IsCompletedSuccessfully);
        Add(FlvTagType.Audio, 0, new byte[60]);
    }

    [Fact]
    public void A_frame_larger_than_the_queue_goes_when_it_is_alone()
    {
        Add(FlvTagType.Video, 0, new byte[1000]);
        Assert.False(_queue.TryAdd(FlvTagType.Audio, 0, new byte[1], out _));
    }

    [Fact]
    public void A_new_connection_begins_with_the_configurations_in_force_and_video_with_a_key()
    {
        Add(FlvTagType.Video, 0, _videoConfig);
        Add(FlvTagType.Audio, 0, _audioConfig);
        Add(FlvTagType.Video, 10, _key);
        Add(FlvTagType.Video, 20, _inter);
        Take(4);
        Add(FlvTagType.Video, 30, _inter);
        Add(FlvTagType.Audio, 35, _audio);
        Add(FlvTagType.Video, 40, _key);
        Add(FlvTagType.Video, 50, _inter);
        _queue.Over();

        Assert.Equal(["20 config", "20 config", "35 audio", "40 key", "50 inter", "later"], Take(6));
        Assert.Equal(1, _queue.Dropped);
        Assert.Equal(2, _works);
    }

    [Fact]
    public void Attempts_that_fail_between_two_connections_change_nothing()
    {
        Add(FlvTagType.Video, 0, _videoConfig);
        Add(FlvTagType.Video, 10, _key);
        Take(2);
        Add(FlvTagType.Video, 20, _inter);
        Add(FlvTagType.Video, 30, _key);
        _queue.Over();
        _queue.Over();
        _queue.Over();

        Assert.Equal(["10 config", "30 key"], Take(2));
    }

    [Fact]
    public void A_connection_that_never_published_loses_nothing()
    {
        Add(FlvTagType.Video, 0, _videoConfig);
        Add(FlvTagType.Video, 10, _inter);
        _queue.Over();
        _queue.Over();

        Assert.Equal(["0 config", "10 inter"], Take(2));
    }

    [Fact]
    public void A_configuration_that_changes_replaces_the_one_before()
    {
        byte[] other = [0x17, 0, 0, 0, 0, 2];
        Add(FlvTagType.Video, 0, _videoConfig);
        Add(FlvTagType.Video, 5, other);
        Take(2);
        _queue.Over();

        _queue.Take(Instant.Zero, out var frame, out _);
        Assert.Equal(other, frame?.Payload.ToArray());
        frame?.Release();
        Assert.Equal(["later"], Take(1));
    }

    [Fact]
    public void After_a_picture_that_had_no_room_no_video_goes_before_a_key()
    {
        Add(FlvTagType.Video, 0, _key);
        _queue.NoteLoss(FlvTagType.Video);
        Add(FlvTagType.Video, 10, _key);
        Take(2);
        _queue.NoteLoss(FlvTagType.Video);
        Add(FlvTagType.Video, 20, _inter);
        Add(FlvTagType.Audio, 25, _audio);
        Add(FlvTagType.Video, 30, _key);

        Assert.Equal(["25 audio", "30 key"], Take(2));
        Assert.Equal(3, _queue.Dropped);
    }

    [Fact]
    public void What_comes_after_the_end_is_the_callers_fault()
    {
        _queue.Complete();
        Assert.Throws<InvalidOperationException>(() => _queue.TryAdd(FlvTagType.Audio, 0, _audio, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => _queue.TryAdd((FlvTagType)7, 0, _audio, out _));
    }

    private void Add(FlvTagType type, long milliseconds, byte[] body) => Assert.True(_queue.TryAdd(type, milliseconds, body, out _));

    private List<string> Take(int count)
    {
        var taken = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var status = _queue.Take(Instant.Zero, out var frame, out _);
            taken.Add(frame is null ? status == MediaSourceStatus.Ended ? "ended" : "later"
                : $"{frame.SourceMilliseconds} {(frame.IsConfig ? "config" : frame.IsKey ? "key" : frame.Kind == FrameKind.Audio ? "audio" : "inter")}");
            frame?.Release();
        }

        return taken;
    }
}
