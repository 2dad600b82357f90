using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>Chunks. Whole and in pieces, the messages and the failure are the same.</summary>
internal sealed class ChunkReaderTarget() : CodecTarget(RtmpTape.Publisher(), RtmpTape.Player(), RtmpTape.Server("NetStream.Play.Start"))
{
    private readonly LeakCounters _leaks = new();

    /// <inheritdoc/>
    public override string Name => "rtmp-chunks";

    /// <inheritdoc/>
    public override string Description => "chunk reader, whole and in pieces";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var (whole, messages) = Feed(input, input.Length, rng);
        var (pieces, again) = Feed(input, 1 + rng.Below(200), rng);
        Check(whole == pieces && messages == again, $"whole: {whole}, {messages:X}; in pieces: {pieces}, {again:X}");
        Check(_leaks.Read().IsZero, $"buffers are left: {_leaks.Read()}");
        return whole;
    }

    private (Reason Why, ulong Messages) Feed(byte[] input, int piece, Rng rng)
    {
        var reader = new ChunkReader(RtmpLimits.Default, new PooledBytes.Pool(_leaks, keptMax: 4));
        var hash = 1UL;
        var start = 0;
        var status = WireReadStatus.NeedMore;
        for (var end = 0; end < input.Length && status != WireReadStatus.Failed;)
        {
            end = Math.Min(input.Length, end + (piece == input.Length ? piece : 1 + rng.Below(piece)));
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

    private static ulong Mix(ulong hash, in RtmpMessage message)
    {
        hash = (hash * 31) + message.Timestamp + ((ulong)message.Type << 32) + ((ulong)message.MessageStreamId << 40);
        foreach (var one in message.Payload.Span)
        {
            hash = (hash * 31) + one;
        }

        return hash;
    }
}
