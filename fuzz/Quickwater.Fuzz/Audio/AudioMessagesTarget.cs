using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>Messages. Whole and in pieces, they and the failure are the same.</summary>
internal sealed class AudioMessagesTarget() : CodecTarget(AudioTape.Listener(), AudioTape.Server())
{
    private readonly LeakCounters _leaks = new();

    /// <inheritdoc/>
    public override string Name => "audio-messages";

    /// <inheritdoc/>
    public override string Description => "message reader, whole and in pieces";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var (whole, messages) = Feed(input, input.Length, rng);
        var (pieces, again) = Feed(input, 1 + rng.Below(60), rng);
        Check(whole == pieces && messages == again, $"whole: {whole}, {messages:X}; in pieces: {pieces}, {again:X}");
        Check(_leaks.Read().IsZero, $"buffers are left: {_leaks.Read()}");
        return whole;
    }

    private (Reason Why, ulong Messages) Feed(byte[] input, int piece, Rng rng)
    {
        var reader = new AudioMessageReader(new PooledBytes.Pool(_leaks, keptMax: 4), AudioWire.ClientBodyBytesMax);
        var hash = 1UL;
        for (var end = 0; end < input.Length && reader.Fault == Reason.None;)
        {
            var start = end;
            end = Math.Min(input.Length, end + (piece == input.Length ? piece : 1 + rng.Below(piece)));
            var rest = new ReadOnlySpan<byte>(input, start, end - start);
            while (reader.Read(ref rest, out var message))
            {
                hash = Mix(hash, message);
            }

            Check(rest.IsEmpty || reader.Fault != Reason.None, "it left bytes and waits for more");
            Check(reader.HeldBytes <= AudioWire.HeaderBytes + AudioWire.ClientBodyBytesMax, $"it holds {reader.HeldBytes} bytes");
        }

        var atBoundary = reader.IsAtBoundary;
        reader.Free();
        return (reader.Fault, reader.Fault == Reason.None && !atBoundary ? ~hash : hash);
    }

    private static ulong Mix(ulong hash, in AudioMessage message)
    {
        hash = (hash * 31) + (ulong)message.Type;
        foreach (var one in message.Body)
        {
            hash = (hash * 31) + one;
        }

        return (hash * 31) + (ulong)message.Body.Length;
    }
}
