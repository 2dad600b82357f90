using System.Buffers.Binary;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>Cuts the wire of the hub scenario into frames.</summary>
internal sealed class SimFrameReader
{
    private const int FrameBytesMax = 1 << 20;

    private readonly byte[] _header = new byte[SimWireForm.HeaderBytes];
    private byte[] _payload = [];
    private int _headerBytes;
    private int _payloadBytes;

    /// <summary>Whether the bytes so far ended with a frame.</summary>
    internal bool AtBoundary => _headerBytes == 0;

    /// <summary>The number of the viewer that the last frame names.</summary>
    internal uint Viewer => BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(SimWireForm.ViewerOffset));

    /// <summary>The payload of the last frame.</summary>
    internal ReadOnlySpan<byte> Payload => _payload.AsSpan(0, _payloadBytes);

    private int Length => BinaryPrimitives.ReadInt32LittleEndian(_header) - SimWireForm.HeaderBytes;

    /// <summary>Takes bytes from the front. True when they complete a frame.</summary>
    internal bool Read(ref ReadOnlySpan<byte> bytes, out SimFrame frame, out bool damaged)
    {
        frame = default;
        damaged = false;
        if (_headerBytes < _header.Length)
        {
            if (_headerBytes == 0)
            {
                _payloadBytes = 0;
            }

            _headerBytes += Move(ref bytes, _header.AsSpan(_headerBytes));
            if (_headerBytes < _header.Length)
            {
                return false;
            }

            if (Length is < SimFrame.PayloadBytesMin or > FrameBytesMax)
            {
                damaged = true;
                return false;
            }

            if (_payload.Length < Length)
            {
                _payload = new byte[Length * 2];
            }
        }

        _payloadBytes += Move(ref bytes, _payload.AsSpan(_payloadBytes, Length - _payloadBytes));
        if (_payloadBytes < Length)
        {
            return false;
        }

        _headerBytes = 0;
        var time = BinaryPrimitives.ReadInt64LittleEndian(_header.AsSpan(8));
        damaged = !SimFrame.TryRead((FrameKind)_header[4], (FrameFlags)_header[5], time, Payload, out frame);
        return !damaged;
    }

    private static int Move(ref ReadOnlySpan<byte> from, Span<byte> to)
    {
        var bytes = Math.Min(from.Length, to.Length);
        from[..bytes].CopyTo(to);
        from = from[bytes..];
        return bytes;
    }
}
