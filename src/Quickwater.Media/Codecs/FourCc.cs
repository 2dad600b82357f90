using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>A codec's four-character code, as Enhanced RTMP writes it. Any code is relayed; the ones here have a name only.</summary>
/// <param name="Value">The four bytes, big-endian; 0 is none.</param>
public readonly record struct FourCc(uint Value)
{
    /// <summary>H.264.</summary>
    public static readonly FourCc Avc = From("avc1"u8);

    /// <summary>H.265.</summary>
    public static readonly FourCc Hevc = From("hvc1"u8);

    /// <summary>H.266.</summary>
    public static readonly FourCc Vvc = From("vvc1"u8);

    /// <summary>AV1.</summary>
    public static readonly FourCc Av1 = From("av01"u8);

    /// <summary>VP8.</summary>
    public static readonly FourCc Vp8 = From("vp08"u8);

    /// <summary>VP9.</summary>
    public static readonly FourCc Vp9 = From("vp09"u8);

    /// <summary>AAC.</summary>
    public static readonly FourCc Aac = From("mp4a"u8);

    /// <summary>Opus.</summary>
    public static readonly FourCc Opus = From("Opus"u8);

    /// <summary>FLAC.</summary>
    public static readonly FourCc Flac = From("fLaC"u8);

    /// <summary>AC-3.</summary>
    public static readonly FourCc Ac3 = From("ac-3"u8);

    /// <summary>E-AC-3.</summary>
    public static readonly FourCc Eac3 = From("ec-3"u8);

    /// <summary>MP3.</summary>
    public static readonly FourCc Mp3 = From(".mp3"u8);

    /// <summary>Whether there is none.</summary>
    public bool IsNone => Value == 0;

    /// <summary>The code in four bytes.</summary>
    public static FourCc From(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt32BigEndian(bytes));

    /// <summary>The four characters; a point for what cannot be printed, and empty for none.</summary>
    public override string ToString() => IsNone ? "" : string.Create(4, Value, static (text, value) =>
    {
        for (var i = 0; i < 4; i++)
        {
            var letter = (char)((value >> (24 - (8 * i))) & 0xFF);
            text[i] = letter is >= ' ' and <= '~' ? letter : '.';
        }
    });
}
