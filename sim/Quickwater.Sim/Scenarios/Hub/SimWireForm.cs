using System.Buffers.Binary;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>How frames look on the wire of the hub scenario.</summary>
/// <remarks>
/// <code>
///   0        4      5       6   8        16       20
///   | length | kind | flags | 0 | time   | viewer | payload ...   little-endian; length counts all of it
/// </code>
/// </remarks>
internal sealed class SimWireForm : IWireForm
{
    internal const int HeaderBytes = 20;

    /// <summary>Where a viewer's own number goes.</summary>
    internal const int ViewerOffset = 16;

    internal static readonly SimWireForm Instance = new();

    public string Name => "sim";

    public int Measure(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload) => HeaderBytes + payload.Length;

    public void Encode(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, destination.Length);
        destination[4] = (byte)kind;
        destination[5] = (byte)flags;
        destination[6] = 0;
        destination[7] = 0;
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], time.Milliseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ViewerOffset..], 0);
        payload.CopyTo(destination[HeaderBytes..]);
    }
}
