using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Sim;

/// <summary>Frames of a <see cref="SimEncoder"/> for a publishing RTMP client, at the pace of virtual time.</summary>
internal sealed class EncoderSource : IMediaSource
{
    private readonly SimEncoder _encoder;
    private readonly TimeSpan _length;
    private readonly long _base;
    private readonly Frame.Pool _frames;
    private readonly PooledBytes.Pool _buffers;
    private readonly Queue<(SimFrame Frame, byte[] Payload)> _made = new();
    private Instant _start = Instant.Never;

    /// <param name="encoder">Makes the frames.</param>
    /// <param name="length">How long it publishes.</param>
    /// <param name="milliseconds">The time of its first frame on the wire.</param>
    /// <param name="leaks">Counts what is not given back.</param>
    internal EncoderSource(SimEncoder encoder, TimeSpan length, long milliseconds, LeakCounters leaks)
    {
        _encoder = encoder;
        _length = length;
        _base = milliseconds;
        _frames = new Frame.Pool(leaks);
        _buffers = new PooledBytes.Pool(leaks);
    }

    public MediaSourceStatus Take(Instant now, out Frame? frame, out Instant due)
    {
        frame = null;
        due = Instant.Never;
        if (_start == Instant.Never)
        {
            _start = now;
        }

        if (now >= _start + _length)
        {
            return MediaSourceStatus.Ended;
        }

        if (_made.Count == 0)
        {
            due = _start + TimeSpan.FromMilliseconds(_encoder.Next);
            if (due > now)
            {
                due = Instant.Earlier(due, _start + _length);
                return MediaSourceStatus.Later;
            }

            _encoder.Make(_made);
        }

        var (made, payload) = _made.Dequeue();
        var body = _buffers.Rent();
        body.Append(FlvBody.Encode(made, payload));
        frame = _frames.Create(made.Kind, made.Flags, _base + made.Milliseconds, body);
        return MediaSourceStatus.Frame;
    }
}
