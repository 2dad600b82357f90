namespace Quickwater.Audio;

/// <summary>What is playing from the next audio message on.</summary>
/// <remarks>
/// <code>
///    0         1
///   ┌─────────┬──────────────────────────┐
///   │ kind u8 │ text in UTF-8, to the end│   kind 1: title; others are not known yet and are skipped
///   └─────────┴──────────────────────────┘
/// </code>
/// </remarks>
/// <param name="Text">The title, at most <see cref="AudioWire.TitleBytesMax"/> bytes of it are written.</param>
public readonly record struct Title(string Text) : IAudioBody
{
    // Of docs/wire/audio.md, section Metadata: the one kind that is defined.
    private const byte TitleKind = 1;

    /// <inheritdoc/>
    public AudioMessageType Type => AudioMessageType.Metadata;

    /// <inheritdoc/>
    public int Bytes => 1 + BodyWriter.TextBytes(Text, AudioWire.TitleBytesMax);

    /// <inheritdoc/>
    public void Write(Span<byte> body)
    {
        var writer = new BodyWriter(body);
        writer.Byte(TitleKind);
        writer.TextToEnd(Text);
    }

    /// <summary>Reads a body; false when it is malformed. Metadata that is no title reads as an empty one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out Title title)
    {
        var reader = new BodyReader(body);
        var kind = reader.Byte();
        title = new Title(kind == TitleKind ? reader.TextToEnd() : "");
        return reader.IsWhole;
    }
}
