using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>The first message of a client.</summary>
/// <remarks>
/// <code>
///    0        4       5       6         8          10               10+n
///   ┌────────┬───────┬───────┬─────────┬──────────┬────────────────┬───────────────┐
///   │ "QWAU" │ major │ minor │ options │ burst ms │ station (text) │ agent (text)  │
///   └────────┴───────┴───────┴─────────┴──────────┴────────────────┴───────────────┘
/// </code>
/// A text is its length in one byte and that many bytes of UTF-8.
/// </remarks>
/// <param name="Station">The station it wants; empty for none, to ask for the list only.</param>
/// <param name="Agent">What it calls itself, for the log.</param>
/// <param name="BurstMilliseconds">How much of the past it wants at once; <see cref="DefaultBurst"/> leaves that to the server.</param>
/// <param name="Major">The major version it speaks.</param>
/// <param name="Minor">The minor version it speaks.</param>
public readonly record struct Hello(
    string Station, string Agent, int BurstMilliseconds = Hello.DefaultBurst, byte Major = AudioWire.MajorVersion, byte Minor = AudioWire.MinorVersion)
    : IAudioBody
{
    /// <summary>The burst that means: as the server likes.</summary>
    public const int DefaultBurst = 0xFFFF;

    /// <inheritdoc/>
    public AudioMessageType Type => AudioMessageType.Hello;

    /// <inheritdoc/>
    public int Bytes =>
        12 + BodyWriter.TextBytes(Station, AudioWire.TextBytesMax) + BodyWriter.TextBytes(Agent, AudioWire.TextBytesMax);

    /// <inheritdoc/>
    public void Write(Span<byte> body)
    {
        var writer = new BodyWriter(body);
        writer.UInt32(AudioWire.Magic);
        writer.Byte(Major);
        writer.Byte(Minor);
        writer.UInt16(0); // options: none yet
        writer.UInt16((ushort)Math.Clamp(BurstMilliseconds, 0, DefaultBurst));
        writer.Text(Station);
        writer.Text(Agent);
    }

    /// <summary>
    /// Reads a body. Reasons: <see cref="Reason.WrongProtocol"/>, <see cref="Reason.UnsupportedVersion"/> (then nothing behind the version is
    /// looked at), <see cref="Reason.MalformedHandshake"/>, <see cref="Reason.InvalidName"/>. Bytes behind the last field are a later minor
    /// version's and are ignored.
    /// </summary>
    public static Reason TryRead(ReadOnlySpan<byte> body, out Hello hello)
    {
        hello = default;
        var reader = new BodyReader(body);
        if (reader.UInt32() != AudioWire.Magic)
        {
            return Reason.WrongProtocol;
        }

        var (major, minor) = (reader.Byte(), reader.Byte());
        if (reader.IsWhole && major != AudioWire.MajorVersion)
        {
            return Reason.UnsupportedVersion;
        }

        _ = reader.UInt16();
        var burst = reader.UInt16();
        var (station, agent) = (reader.Text(), reader.Text());
        if (!reader.IsWhole)
        {
            return Reason.MalformedHandshake;
        }

        if (station.Length > 0 && !AudioWire.IsStationName(station))
        {
            return Reason.InvalidName;
        }

        hello = new Hello(station, agent, burst, major, minor);
        return Reason.None;
    }
}
