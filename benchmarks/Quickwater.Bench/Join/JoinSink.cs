using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Bench;

/// <summary>
/// A player that notes when it was let in, when its first media came, and when it could show its first picture. It reads the clock itself: a
/// turn's time is that of its start.
/// </summary>
internal sealed class JoinSink(Clock clock) : IMediaSink
{
    private readonly TaskCompletionSource _picture = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Instant Confirmed { get; private set; } = Instant.Never;

    public Instant FirstMedia { get; private set; } = Instant.Never;

    public Instant FirstPicture { get; private set; } = Instant.Never;

    public Task Picture => _picture.Task;

    public void Started(Instant now) => Confirmed = clock.Now;

    public void Media(RtmpMessageType type, uint timestamp, PooledBytes payload, Instant now)
    {
        var header = type == RtmpMessageType.Video ? FlvVideoHeader.Parse(payload.Span) : default;
        payload.Release();
        FirstMedia = Instant.Earlier(FirstMedia, clock.Now);
        if (header.IsKey && FirstPicture == Instant.Never)
        {
            FirstPicture = clock.Now;
            _picture.TrySetResult();
        }
    }

    public void StreamEnded(Instant now)
    {
    }
}
