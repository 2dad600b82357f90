using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Fuzz;

/// <summary>Frames. Whole and in pieces, the frames and the failure are the same; and a frame that is held comes again.</summary>
internal sealed class RpcFramesTarget() : CodecTarget(RpcTape.BaseCalls(), RpcTape.ExtendedCalls(), RpcTape.LongCalls())
{
    private readonly LeakCounters _leaks = new();

    /// <inheritdoc/>
    public override string Name => "rpc-frames";

    /// <inheritdoc/>
    public override string Description => "frame reader, whole and in pieces";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var (whole, frames) = Feed(input, input.Length, rng);
        var (pieces, again) = Feed(input, 1 + rng.Below(3000), rng);
        Check(whole == pieces && frames == again, $"whole: {whole}, {frames:X}; in pieces: {pieces}, {again:X}");
        Check(_leaks.Read().IsZero, $"buffers are left: {_leaks.Read()}");
        return whole;
    }

    private (Reason Why, ulong Frames) Feed(byte[] input, int piece, Rng rng)
    {
        var reader = new RpcFrameReader(RpcWork.BodyBytesMax, new PooledBytes.Pool(_leaks, keptMax: 4));
        var hash = 1UL;
        var start = 0;
        var status = RpcReadStatus.NeedMore;
        for (var end = 0; end < input.Length && status != RpcReadStatus.Failed;)
        {
            end = Math.Min(input.Length, end + (piece == input.Length ? piece : 1 + rng.Below(piece)));
            do
            {
                status = reader.Read(input.AsSpan(start..end), out var consumed, out var header, out var body);
                Check(status != RpcReadStatus.Failed || reader.Failure != Reason.None, "it failed without a reason");
                if (status == RpcReadStatus.Frame && piece != input.Length && rng.Chance(0.2))
                {
                    start += reader.Hold(consumed);
                    continue;
                }

                start += consumed;
                hash = status == RpcReadStatus.Frame ? Mix(hash, header, body) : hash;
            }
            while (status == RpcReadStatus.Frame);
            Check(reader.HeldBytes <= RpcWork.BodyBytesMax, $"it holds {reader.HeldBytes} bytes");
            Check(status == RpcReadStatus.Failed || end - start <= RpcFrameReader.WaitingBytesMax, $"it leaves {end - start} bytes to its caller");
        }

        reader.Release();
        return (status == RpcReadStatus.Failed ? reader.Failure : Reason.None, hash);
    }

    private static ulong Mix(ulong hash, in RpcHeader header, ReadOnlySpan<byte> body)
    {
        Check(body.Length == header.BodyBytes, "a body is not as long as its header says");
        hash = (hash * 31) + header.RequestId;
        foreach (var one in body)
        {
            hash = (hash * 31) + one;
        }

        return (hash * 31) + header.BodyBytes;
    }
}
