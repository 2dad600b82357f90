using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>FLV files, as a publishing client reads them.</summary>
internal sealed class FlvReaderTarget() : CodecTarget((byte[])
[
    .. "FLV"u8, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0, .. RtmpTape.Aggregate,
    18, 0, 0, (byte)RtmpTape.Metadata.Length, 0, 0, 90, 0, 0, 0, 0, .. RtmpTape.Metadata, 0, 0, 0, (byte)(11 + RtmpTape.Metadata.Length),
])
{
    private readonly LeakCounters _leaks = new();

    /// <inheritdoc/>
    public override string Name => "flv-file";

    /// <inheritdoc/>
    public override string Description => "FLV reader, in pieces";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var reader = new FlvReader(1024 * 1024, new PooledBytes.Pool(_leaks, keptMax: 4));
        var start = 0;
        var status = WireReadStatus.NeedMore;
        for (var end = 0; end < input.Length && status != WireReadStatus.Failed;)
        {
            end = Math.Min(input.Length, end + 1 + rng.Below(100));
            do
            {
                status = reader.Read(input.AsSpan(start..end), out var consumed, out var tag);
                start += consumed;
                if (status == WireReadStatus.Item)
                {
                    tag.Payload.Release();
                }
            }
            while (status == WireReadStatus.Item);
        }

        var why = status == WireReadStatus.Failed ? reader.Failure : Reason.None;
        Check(status != WireReadStatus.Failed || why != Reason.None, "it failed without a reason");
        reader.Release();
        Check(_leaks.Read().IsZero, $"buffers are left: {_leaks.Read()}");
        return why;
    }
}
