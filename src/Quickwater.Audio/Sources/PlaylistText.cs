using System.Text;
using System.Text.Unicode;

namespace Quickwater.Audio;

/// <summary>Text of playlists, which nobody says the encoding of: what its first bytes say, else UTF-8 where it is that, else what Windows wrote in western Europe.</summary>
internal static class PlaylistText
{
    // Windows-1252 is Latin-1 but for these, 0x80 to 0x9F.
    private const string Windows = "\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178";

    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    private static ReadOnlySpan<byte> LittleEndianMark => [0xFF, 0xFE];

    private static ReadOnlySpan<byte> BigEndianMark => [0xFE, 0xFF];

    /// <summary>The text, without a byte order mark.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Utf8Mark))
        {
            return Encoding.UTF8.GetString(bytes[Utf8Mark.Length..]);
        }

        if (bytes.StartsWith(LittleEndianMark) || bytes.StartsWith(BigEndianMark))
        {
            return (bytes[0] == LittleEndianMark[0] ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(bytes[LittleEndianMark.Length..]);
        }

        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        return string.Create(bytes.Length, bytes, static (text, bytes) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = bytes[i] is >= 0x80 and < 0xA0 ? Windows[bytes[i] - 0x80] : (char)bytes[i];
            }
        });
    }
}
