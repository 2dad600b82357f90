using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>Something happened to the stream or to the connection.</summary>
/// <remarks>
/// <code>
///    0         1          2            4
///   ┌─────────┬──────────┬────────────┬──────────────────┐
///   │ kind u8 │ reserved │ reason u16 │ milliseconds u32 │
///   └─────────┴──────────┴────────────┴──────────────────┘
/// </code>
/// </remarks>
/// <param name="Kind">What happened.</param>
/// <param name="Why">Why; a number of <see cref="Reason"/>.</param>
/// <param name="Milliseconds">How much audio it concerns, where it concerns any.</param>
public readonly record struct Notice(NoticeKind Kind, Reason Why = Reason.None, long Milliseconds = 0) : IAudioBody
{
    /// <inheritdoc/>
    public AudioMessageType Type => AudioMessageType.Notice;

    /// <inheritdoc/>
    public int Bytes => 8;

    /// <inheritdoc/>
    public void Write(Span<byte> body)
    {
        var writer = new BodyWriter(body);
        writer.Byte((byte)Kind);
        writer.Byte(0);
        writer.UInt16((ushort)Why);
        writer.UInt32((uint)Math.Clamp(Milliseconds, 0, uint.MaxValue));
    }

    /// <summary>Reads a body; false when it is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out Notice notice)
    {
        var reader = new BodyReader(body);
        var kind = reader.Byte();
        _ = reader.Byte();
        notice = new Notice((NoticeKind)kind, (Reason)reader.UInt16(), reader.UInt32());
        return reader.IsWhole;
    }
}
