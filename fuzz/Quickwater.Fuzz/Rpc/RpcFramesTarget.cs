using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rpc;

namespace Quickwater.Fuzz;

/// <summary>Frames. Whole and in pieces, the frames and the failure are the same; and a frame that is held comes again.</summary>
internal sealed class RpcFramesTarget() : ReaderTarget(3000, RpcTape.BaseCalls(), RpcTape.ExtendedCalls(), RpcTape.LongCalls())
{
    /// <inheritdoc/>
    public override string Name => "rpc-frames";

    /// <inheritdoc/>
    public override string Description => "frame reader, whole and in pieces";

    /// <inheritdoc/>
    protected override (Reason Why, ulong Found) Feed(byte[] input, int piece, Rng rng)
    {
        var reader = new RpcFrameReader(RpcWork.BodyBytesMax, NewPool());
        var hash = 1UL;
        var start = 0;
        var status = RpcReadStatus.NeedMore;
        for (var end = 0; end < input.Length && status != RpcReadStatus.Failed;)
        {
            end = EndOfPiece(input, end, piece, rng);
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
                hash = status switch
                {
                    RpcReadStatus.Frame => Mix(hash, header, body),
                    RpcReadStatus.TooLong => (hash * 31) + header.BodyBytes,
                    _ => hash,
                };
            }
            while (status is RpcReadStatus.Frame or RpcReadStatus.TooLong);
            Check(reader.HeldBytes <= RpcWork.BodyBytesMax, $"it holds {reader.HeldBytes} bytes");
            Check(status == RpcReadStatus.Failed || end - start <= RpcFrameReader.WaitingBytesMax, $"it leaves {end - start} bytes to its caller");
        }

        reader.Release();
        return (status == RpcReadStatus.Failed ? reader.Failure : Reason.None, hash);
    }

    private static ulong Mix(ulong hash, in RpcHeader header, ReadOnlySpan<byte> body)
    {
        Check(body.Length == header.BodyBytes, "a body is not as long as its header says");
        return Mix((hash * 31) + header.RequestId, body);
    }
}
