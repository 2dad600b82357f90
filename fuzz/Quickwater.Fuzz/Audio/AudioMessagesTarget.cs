using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Fuzz;

/// <summary>Messages. Whole and in pieces, they and the failure are the same.</summary>
internal sealed class AudioMessagesTarget() : ReaderTarget(60, AudioTape.Listener(), AudioTape.Server())
{
    /// <inheritdoc/>
    public override string Name => "audio-messages";

    /// <inheritdoc/>
    public override string Description => "message reader, whole and in pieces";

    /// <inheritdoc/>
    protected override (Reason Why, ulong Found) Feed(byte[] input, int piece, Rng rng)
    {
        var reader = new AudioMessageReader(NewPool(), AudioWire.ClientBodyBytesMax);
        var hash = 1UL;
        for (var end = 0; end < input.Length && reader.Fault == Reason.None;)
        {
            var start = end;
            end = EndOfPiece(input, end, piece, rng);
            var rest = new ReadOnlySpan<byte>(input, start, end - start);
            while (reader.Read(ref rest, out var message))
            {
                hash = Mix((hash * 31) + (ulong)message.Type, message.Body);
            }

            Check(rest.IsEmpty || reader.Fault != Reason.None, "it left bytes and waits for more");
            Check(reader.HeldBytes <= AudioWire.HeaderBytes + AudioWire.ClientBodyBytesMax, $"it holds {reader.HeldBytes} bytes");
        }

        var atBoundary = reader.IsAtBoundary;
        reader.Free();
        return (reader.Fault, reader.Fault == Reason.None && !atBoundary ? ~hash : hash);
    }
}
