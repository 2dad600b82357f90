using System.Buffers.Binary;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>
/// A frame of the hub scenario, which says of itself what it depends on, so that a viewer can tell whether it may have it.
/// </summary>
/// <param name="Kind">Sound, picture or data.</param>
/// <param name="Flags">Key, configuration, disposable.</param>
/// <param name="Milliseconds">Its time.</param>
/// <param name="Publication">Which publication it belongs to, counted from 1.</param>
/// <param name="Number">Its place among the publication's frames that are not configurations, from 1; a configuration's own number.</param>
/// <param name="Gop">For video, the number of its group of pictures, from 1.</param>
/// <param name="Reference">For video, the number of the frame it builds on; 0 for a key.</param>
/// <param name="Config">The number of its kind's configuration; 0 if there is none.</param>
internal readonly record struct SimFrame(
    FrameKind Kind, FrameFlags Flags, long Milliseconds, uint Publication, uint Number, uint Gop, uint Reference, uint Config)
{
    /// <summary>Bytes of a payload before its filler.</summary>
    internal const int PayloadBytesMin = 20;

    internal bool IsConfig => (Flags & FrameFlags.Config) != 0;

    internal bool IsKey => (Flags & FrameFlags.Key) != 0;

    internal bool IsDisposable => (Flags & FrameFlags.Disposable) != 0;

    /// <summary>The payload, filled up to a length with a pattern of its own.</summary>
    internal byte[] Payload(int length)
    {
        var bytes = new byte[Math.Max(length, PayloadBytesMin)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Publication);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Number);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Gop);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Reference);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), Config);
        bytes.AsSpan(PayloadBytesMin).Fill(Filler);
        return bytes;
    }

    /// <summary>Reads a frame; false when the payload is damaged.</summary>
    internal static bool TryRead(FrameKind kind, FrameFlags flags, long milliseconds, ReadOnlySpan<byte> payload, out SimFrame frame)
    {
        frame = default;
        if (payload.Length < PayloadBytesMin)
        {
            return false;
        }

        frame = new SimFrame(
            kind, flags, milliseconds, BinaryPrimitives.ReadUInt32LittleEndian(payload),
            BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]), BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(payload[12..]), BinaryPrimitives.ReadUInt32LittleEndian(payload[16..]));
        return !payload[PayloadBytesMin..].ContainsAnyExcept(frame.Filler);
    }

    private byte Filler => (byte)((Number * 31) + Publication + (uint)Kind);
}
