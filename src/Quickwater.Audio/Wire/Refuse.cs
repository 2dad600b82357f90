using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>The server's no to a hello; the connection ends behind it.</summary>
/// <remarks>
/// <code>
///    0            2
///   ┌────────────┬─────────────┐
///   │ reason u16 │ text        │
///   └────────────┴─────────────┘
/// </code>
/// </remarks>
/// <param name="Why">A number of <see cref="Reason"/>; these are stable. One that this side does not know is kept as it is.</param>
/// <param name="Text">The same for people.</param>
public readonly record struct Refuse(Reason Why, string Text) : IAudioBody
{
    /// <summary>A refusal with the reason's own text.</summary>
    public Refuse(Reason why)
        : this(why, why.Text())
    {
    }

    /// <inheritdoc/>
    public AudioMessageType Type => AudioMessageType.Refuse;

    /// <inheritdoc/>
    public int Bytes => 3 + BodyWriter.TextBytes(Text, AudioWire.TextBytesMax);

    /// <inheritdoc/>
    public void Write(Span<byte> body)
    {
        var writer = new BodyWriter(body);
        writer.UInt16((ushort)Why);
        writer.Text(Text);
    }

    /// <summary>Reads a body; false when it is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out Refuse refuse)
    {
        var reader = new BodyReader(body);
        refuse = new Refuse((Reason)reader.UInt16(), reader.Text());
        return reader.IsWhole;
    }
}
