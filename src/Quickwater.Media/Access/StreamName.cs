using System.Globalization;
using System.Text;
using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// The one form of a stream's name, whatever way clients write it: who publishes and who plays find each other. docs/states/rtmp.md lists what is the same.
/// </summary>
internal static class StreamName
{
    /// <summary>The application of a stream that is named without one.</summary>
    internal const string DefaultApplication = "live";

    // Percent signs make a name up to nine times as long as it is.
    private const int RawLengthMax = 4096;
    private const string DefaultInstance = "_definst_";
    private const string FlvEnding = ".flv";

    // What Flash's clients put before the names of files, and FFmpeg still does.
    private static readonly string[] s_prefixes = ["mp4:", "flv:", "mp3:"];

    /// <summary>Finds the application and the stream in what a client says. Reason: <see cref="Reason.InvalidName"/>.</summary>
    /// <param name="application">The application as it came, without parameters.</param>
    /// <param name="name">The name as it came, without parameters.</param>
    /// <param name="found">The first segment of both together, and all others.</param>
    /// <param name="isEncoded">Whether percent signs mean bytes.</param>
    internal static Reason Read(string application, string name, out (string Application, string Stream) found, bool isEncoded = true)
    {
        found = default;
        if (application.Length > RawLengthMax || name.Length > RawLengthMax)
        {
            return Reason.InvalidName;
        }

        var app = Decode(application, isEncoded).Trim('/');
        var own = Decode(WithoutAddress(name, application), isEncoded).Trim('/');
        var segments = new List<string>([.. Segments(app), .. Segments(own)]);
        if (segments.Count > 2 && segments[1] == DefaultInstance)
        {
            segments.RemoveAt(1);
        }

        if (segments.Count == 1)
        {
            segments.Insert(0, DefaultApplication);
        }

        for (var i = 1; i < segments.Count; i++)
        {
            segments[i] = WithoutPrefix(segments[i]);
        }

        if (segments.Count < 2)
        {
            return Reason.InvalidName;
        }

        segments[^1] = segments[^1].EndsWith(FlvEnding, StringComparison.OrdinalIgnoreCase) ? segments[^1][..^FlvEnding.Length] : segments[^1];
        found = (segments[0], string.Join('/', segments.Skip(1)));
        return IsValid(found.Application) && IsValid(found.Stream) ? Reason.None : Reason.InvalidName;
    }

    /// <summary>See <see cref="StreamAddress.IsValid"/>.</summary>
    internal static bool IsValid(ReadOnlySpan<char> part)
    {
        if (part.Length is 0 or > StreamAddress.PartLengthMax)
        {
            return false;
        }

        foreach (var range in part.Split('/'))
        {
            var segment = part[range];
            if (segment.IsEmpty || segment.Trim('.').IsEmpty || segment[0] == ' ' || segment[^1] == ' ')
            {
                return false;
            }

            while (!segment.IsEmpty)
            {
                if (Rune.DecodeFromUtf16(segment, out var rune, out var length) != System.Buffers.OperationStatus.Done || !IsAllowed(rune))
                {
                    return false;
                }

                segment = segment[length..];
            }
        }

        return true;
    }

    private static string Decode(string text, bool isEncoded) => UnicodeComposition.Compose(isEncoded ? Uri.UnescapeDataString(text) : text);

    private static string[] Segments(string path) => path.Length == 0 ? [] : path.Split('/');

    // Some encoders give the whole address where the name belongs.
    private static string WithoutAddress(string name, string application)
    {
        if (!name.StartsWith("rtmp://", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("rtmps://", StringComparison.OrdinalIgnoreCase))
        {
            return name;
        }

        var host = name.IndexOf("://", StringComparison.Ordinal) + 3;
        var slash = name.IndexOf('/', host);
        var path = slash < 0 ? "" : name[(slash + 1)..].TrimEnd('/');
        var app = application.Trim('/');
        return app.Length == 0 ? path
            : path.StartsWith(app + "/", StringComparison.Ordinal) ? path[(app.Length + 1)..]
            : path[(path.LastIndexOf('/') + 1)..];
    }

    private static string WithoutPrefix(string segment)
    {
        while (Array.Find(s_prefixes, prefix => segment.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            segment = segment[found.Length..];
        }

        return segment;
    }

    // What a language or an emoji needs, and of ASCII what means nothing in a path, a query, a log line, a page or a shell's double quotes. What stands for bytes that were
    // no UTF-8 is not allowed: several names would be one.
    private static bool IsAllowed(Rune rune) => rune.IsAscii
        ? Rune.IsLetterOrDigit(rune) || "-_.~+@=:,!'() ".Contains((char)rune.Value, StringComparison.Ordinal)
        : rune != Rune.ReplacementChar && (IsJoiner(rune.Value) || Rune.GetUnicodeCategory(rune) is
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
            or UnicodeCategory.DashPunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation
            or UnicodeCategory.OtherSymbol or UnicodeCategory.ModifierSymbol);

    // Zero-width joiner and non-joiner, which Persian, Hindi and emoji are written with, and the tags of flags.
    private static bool IsJoiner(int value) => value is 0x200C or 0x200D or (>= 0xE0020 and <= 0xE007F);
}
