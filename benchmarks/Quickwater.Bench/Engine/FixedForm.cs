using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Bench;

/// <summary>A wire form that is the payload itself.</summary>
internal sealed class FixedForm : IWireForm
{
    public static readonly FixedForm Instance = new();

    public string Name => "fixed";

    public int Measure(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload) => payload.Length;

    public void Encode(FrameKind kind, FrameFlags flags, MediaTime time, ReadOnlySpan<byte> payload, Span<byte> destination) =>
        payload.CopyTo(destination);
}
