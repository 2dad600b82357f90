using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Media.Tests;

/// <summary>A wire form that a test can parse: a 24-byte header, then the payload.</summary>
/// <param name="mark">Stands in every frame, so that forms cannot be mixed up.</param>
/// <param name="withoutData">Leaves data frames out, as an audio form would.</param>
internal sealed class TestForm(byte mark, bool withoutData = false) : IWireForm
{
    internal const int HeaderBytes = 24;
    internal const int PatchOffset = 4;

    public string Name => $"test-{mark}";

    internal byte Mark => mark;

    public int Measure(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload) =>
        withoutData && kind == FrameKind.Data ? 0 : HeaderBytes + payload.Length;

    public void Encode(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        destination[..HeaderBytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(destination, HeaderBytes + payload.Length);
        destination[8] = (byte)kind;
        destination[9] = (byte)flags;
        destination[10] = mark;
        BinaryPrimitives.WriteInt64LittleEndian(destination[12..], time.Milliseconds);
        payload.CopyTo(destination[HeaderBytes..]);
    }
}
