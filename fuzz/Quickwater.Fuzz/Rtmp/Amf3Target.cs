using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>AMF3 values, as trees, with references to strings, traits and objects.</summary>
internal sealed class Amf3Target() : CodecTarget(Sample)
{
    // Integer, double, string and its reference, array of both kinds, objects with their traits inline and by reference, vectors, a dictionary.
    private static readonly byte[] Sample =
    [
        0x04, 0x85, 0x02, 0x05, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0, 0x06, 0x07, (byte)'a', (byte)'b', (byte)'c', 0x06, 0x00,
        0x09, 0x05, 0x03, (byte)'k', 0x02, 0x01, 0x04, 1, 0x03,
        0x0A, 0x1B, 0x03, (byte)'C', 0x03, (byte)'x', 0x04, 7, 0x03, (byte)'y', 0x01, 0x01,
        0x0A, 0x01, 0x04, 8, 0x01, 0x0A, 0x02,
        0x0D, 0x05, 0x00, 0, 0, 0, 1, 0, 0, 0, 2, 0x0F, 0x03, 0x01, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0,
        0x0C, 0x07, 1, 2, 3, 0x11, 0x03, 0x00, 0x06, 0x00, 0x04, 5, 0x08, 0x01, 0x42, 0, 0, 0, 0, 0, 0, 0, 0x0B, 0x05, (byte)'<', (byte)'>',
    ];

    /// <inheritdoc/>
    public override string Name => "rtmp-amf3";

    /// <inheritdoc/>
    public override string Description => "AMF3 reader";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var reader = new Amf3Reader(input, RtmpLimits.Default);
        var before = -1;
        while (reader.TryRead(out _))
        {
            Check(reader.Offset > before && reader.Offset <= input.Length, $"it stands at {reader.Offset} of {input.Length}, and stood at {before}");
            before = reader.Offset;
        }

        return reader.Error.Code;
    }
}
