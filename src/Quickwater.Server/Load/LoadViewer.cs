using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>A viewer of a load: counts the frames of the window that is measured, and how long each was under way.</summary>
internal sealed class LoadViewer(LoadWindow window) : IMediaSink
{
    private long _frames;
    private long _bytes;
    private int _started;

    /// <summary>Whether media has come.</summary>
    public bool HasStarted => Volatile.Read(ref _started) != 0;

    /// <summary>Frames of the window that came.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>Payload bytes of the window that came.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <inheritdoc/>
    public void Started(Instant now)
    {
    }

    /// <inheritdoc/>
    public void StreamEnded(Instant now)
    {
    }

    /// <inheritdoc/>
    public void Media(RtmpMessageType type, uint timestamp, PooledBytes payload, Instant now)
    {
        var body = payload.Span;
        var header = type == RtmpMessageType.Video ? 10 : 2;
        Volatile.Write(ref _started, 1);
        if (body.Length > header && LoadStamp.TryRead(body[header..], out var stamp))
        {
            if (window.Contains(stamp.Due))
            {
                var received = TimeProvider.System.GetTimestamp();
                window.SinceDue.Add(TimeProvider.System.GetElapsedTime(stamp.Due, received));
                window.SinceSent.Add(TimeProvider.System.GetElapsedTime(stamp.Sent, received));
                Count(body.Length);
            }
        }
        else if (window.HasForeign && window.Contains(TimeProvider.System.GetTimestamp()))
        {
            Count(body.Length);
        }

        payload.Release();
    }

    private void Count(int bytes)
    {
        Volatile.Write(ref _frames, _frames + 1);
        Volatile.Write(ref _bytes, _bytes + bytes);
    }
}
