using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>Aggregate messages. The parts lie within the body, and there are no more than fit.</summary>
internal sealed class AggregateTarget() : CodecTarget(RtmpTape.Aggregate, [.. RtmpTape.Aggregate, .. RtmpTape.Aggregate])
{
    /// <inheritdoc/>
    public override string Name => "rtmp-aggregate";

    /// <inheritdoc/>
    public override string Description => "aggregate reader";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var reader = new AggregateReader(input, (uint)rng.Next(), RtmpLimits.Default);
        var (parts, bytes) = (0, 0);
        while (reader.Read())
        {
            parts++;
            bytes += reader.Body.Length;
        }

        Check((11 * parts) + bytes <= input.Length, $"{parts} parts of {bytes} bytes in {input.Length}");
        return reader.Failure;
    }
}
