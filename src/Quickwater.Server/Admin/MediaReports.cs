using System.Text.Json.Nodes;
using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>
/// What a stream's decoder configurations and metadata say, with RFC 6381 codec names where we can. What we cannot parse is relayed all the same.
/// </summary>
internal static class MediaReports
{
    private const int MembersMax = 64;
    private const int TextCharactersMax = 256;

    /// <summary>The video, or null when there is none (yet).</summary>
    public static VideoReport? Video(ReadOnlySpan<byte> config)
    {
        if (config.IsEmpty)
        {
            return null;
        }

        if (VideoCodecInfo.Read(config) is { } info)
        {
            return new VideoReport(info.Name, info.Width, info.Height)
            {
                Profile = Known(info.Profile),
                Level = Known(info.Level),
                FrameRate = info.FrameRate > 0 ? info.FrameRate : null,
                BitDepth = info.BitDepth > 0 ? info.BitDepth : null,
                Chroma = Known(info.Chroma),
            };
        }

        var header = FlvVideoHeader.Parse(config);
        return new VideoReport(header.FourCc.IsNone ? header.Codec.ToString().ToLowerInvariant() : header.FourCc.ToString(), 0, 0);
    }

    /// <summary>The audio, or null when there is none (yet).</summary>
    public static AudioReport? Audio(ReadOnlySpan<byte> config)
    {
        if (config.IsEmpty)
        {
            return null;
        }

        if (AudioCodecInfo.Read(config) is { } info)
        {
            return new AudioReport(info.Name, info.SampleRate, info.Channels) { Profile = Known(info.Profile) };
        }

        var header = FlvAudioHeader.Parse(config);
        var name = header.IsExtended ? header.FourCc.ToString() : header.Format.ToString().ToLowerInvariant();
        return new AudioReport(name, header.SampleRate, header.Channels);
    }

    /// <summary>
    /// What the publisher says in <c>onMetaData</c>, or null. Of at most 64 members; texts are cut at 256 characters, and of containers only their size is told.
    /// </summary>
    public static JsonObject? Metadata(ReadOnlySpan<byte> body)
    {
        if (RtmpData.ReadMetadata(body, RtmpLimits.Default) is not { } metadata)
        {
            return null;
        }

        var report = new JsonObject();
        foreach (var member in metadata.Members.Take(MembersMax))
        {
            report[Cut(member.Name)] = member.Value.Kind switch
            {
                AmfKind.Number or AmfKind.Date when double.IsFinite(member.Value.Number) => JsonValue.Create(member.Value.Number),
                AmfKind.Boolean => JsonValue.Create(member.Value.IsTrue),
                AmfKind.Null or AmfKind.Undefined => null,
                _ => JsonValue.Create(Cut(member.Value.ToString())),
            };
        }

        return report;
    }

    private static string? Known(string text) => text.Length > 0 ? text : null;

    // Not through the middle of a character of two.
    private static string Cut(string text) => text.Length <= TextCharactersMax
        ? text
        : text[..(char.IsHighSurrogate(text[TextCharactersMax - 1]) ? TextCharactersMax - 1 : TextCharactersMax)];
}
