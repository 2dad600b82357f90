using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Rtmp;

// The body (RTMP 1.0, 7.1.6) is a row of what FLV tags are made of:
//
//  |type:8|length:24|time low:24|time high:8|stream:24| body |length behind:32|
//
// The first time corresponds to the time of the aggregate message; the others keep their distance from it.

/// <summary>Splits an aggregate message (type 22) into its messages, in place.</summary>
public ref struct AggregateReader
{
    private const int HeaderBytes = 11;
    private const int TrailerBytes = 4;

    private readonly uint _timestamp;
    private int _partsLeft;
    private ReadOnlySpan<byte> _rest;
    private uint _first;
    private bool _started;

    /// <summary>Splits the body of the aggregate message with that timestamp.</summary>
    public AggregateReader(ReadOnlySpan<byte> body, uint timestamp, RtmpLimits limits)
    {
        _partsLeft = limits.AggregatePartsMax;
        _rest = body;
        _timestamp = timestamp;
    }

    /// <summary>
    /// <see cref="Reason.MalformedMessage"/> once <see cref="Read"/> met a part that ends behind the body; <see cref="Reason.MessageTooLarge"/>
    /// once it met one more than <see cref="RtmpLimits.AggregatePartsMax"/>.
    /// </summary>
    public Reason Failure { get; private set; }

    /// <summary>The type of the message.</summary>
    public RtmpMessageType Type { get; private set; }

    /// <summary>Its time on the sender's time line, in milliseconds modulo 2^32.</summary>
    public uint Timestamp { get; private set; }

    /// <summary>Its body. The message stream is that of the aggregate message.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Goes to the next message. False at the end, and when something is wrong.</summary>
    public bool Read()
    {
        if (_rest.IsEmpty || Failure != Reason.None)
        {
            return false;
        }

        if (_partsLeft-- == 0)
        {
            Failure = Reason.MessageTooLarge;
            return false;
        }

        var length = _rest.Length < HeaderBytes ? 0 : (int)(BinaryPrimitives.ReadUInt32BigEndian(_rest) & 0xFFFFFF);
        if (_rest.Length < HeaderBytes + length)
        {
            Failure = Reason.MalformedMessage;
            return false;
        }

        var time = (BinaryPrimitives.ReadUInt32BigEndian(_rest[4..]) >> 8) | ((uint)_rest[7] << 24);
        _first = _started ? _first : time;
        _started = true;
        Type = (RtmpMessageType)_rest[0];
        Timestamp = unchecked(_timestamp + time - _first);
        Body = _rest.Slice(HeaderBytes, length);

        // The length behind the last part is left away by some writers.
        _rest = _rest[Math.Min(_rest.Length, HeaderBytes + length + TrailerBytes)..];
        return true;
    }
}
