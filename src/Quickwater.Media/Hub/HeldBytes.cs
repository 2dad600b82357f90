using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// Bytes that must go out before anything else of a viewer: configurations, or the rest of a frame that did not fit a batch. The rest of
/// a frame is held by a reference of its own, so it stays whole even when the ring lets go of it. Under the topic's lock.
/// </summary>
internal struct HeldBytes
{
    private byte[]? _configs;
    private int _configsSent;
    private Segment? _frame;
    private int _frameOffset;

    /// <summary>Bytes left of a frame.</summary>
    internal int FrameLeft { get; private set; }

    /// <summary>Whether a frame is partly sent.</summary>
    internal readonly bool HasFrame => _frame is not null;

    internal void HoldConfigs(byte[] encoded)
    {
        _configs = encoded;
        _configsSent = 0;
    }

    internal void HoldFrame(Segment segment, int offset, int left)
    {
        segment.Retain();
        _frame = segment;
        _frameOffset = offset;
        FrameLeft = left;
    }

    /// <summary>Writes what the batch has room for, and returns how many bytes that was.</summary>
    internal int Send(SendBatch batch)
    {
        var sent = 0;
        if (_configs is not null)
        {
            sent = Math.Min(_configs.Length - _configsSent, Math.Max(0, batch.Room));
            batch.Write(_configs.AsSpan(_configsSent, sent));
            _configsSent += sent;
            if (_configsSent < _configs.Length)
            {
                return sent;
            }

            _configs = null;
        }

        if (_frame is not null)
        {
            var part = Math.Min(FrameLeft, Math.Max(0, batch.Room));
            batch.Reference(_frame.Memory(_frameOffset, part), _frame);
            _frameOffset += part;
            FrameLeft -= part;
            sent += part;
            if (FrameLeft == 0)
            {
                Free();
            }
        }

        return sent;
    }

    /// <summary>Whether nothing is held.</summary>
    internal readonly bool IsEmpty => _configs is null && _frame is null;

    internal void Free()
    {
        _frame?.Release();
        (Mutants.DoubleRelease ? _frame : null)?.Release();

        _frame = null;
        _configs = null;
        FrameLeft = 0;
    }
}
