using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>Chunks. Whole and in pieces, the messages and the failure are the same.</summary>
internal sealed class ChunkReaderTarget() : ReaderTarget(200, RtmpTape.Publisher(), RtmpTape.Player(), RtmpTape.Server("NetStream.Play.Start"))
{
    /// <inheritdoc/>
    public override string Name => "rtmp-chunks";

    /// <inheritdoc/>
    public override string Description => "chunk reader, whole and in pieces";

    /// <inheritdoc/>
    protected override (Reason Why, ulong Found) Feed(byte[] input, int piece, Rng rng)
    {
        var reader = new ChunkReader(RtmpLimits.Default, NewPool());
        var hash = 1UL;
        var start = 0;
        var status = WireReadStatus.NeedMore;
        for (var end = 0; end < input.Length && status != WireReadStatus.Failed;)
        {
            end = EndOfPiece(input, end, piece, rng);
            do
            {
                status = reader.Read(input.AsSpan(start..end), out var consumed, out var message);
                start += consumed;
                if (status == WireReadStatus.Item)
                {
                    hash = Mix(hash, message);
                    message.Payload.Release();
                }
            }
            while (status == WireReadStatus.Item);
            Check(reader.PartialBytes <= input.Length && reader.ChunkStreams <= RtmpLimits.Default.ChunkStreamsMax, "it holds too much");
        }

        reader.Release();
        return (status == WireReadStatus.Failed ? reader.Failure : Reason.None, hash);
    }

    private static ulong Mix(ulong hash, in RtmpMessage message) =>
        Mix((hash * 31) + message.Timestamp + ((ulong)message.Type << 32) + ((ulong)message.MessageStreamId << 40), message.Payload.Span);
}
