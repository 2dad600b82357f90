using System.Text.Json.Nodes;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>
/// What a stream's decoder configurations and metadata say, with RFC 6381 codec names where we can. What we cannot parse is relayed all the same.
/// </summary>
internal static class MediaReports
{
    private const int MembersMax = 64;
    private const int TextCharactersMax = 256;

    private const int StreamsMax = 1000;

    /// <summary>The live streams, for everybody: in the order of names, or none when they are not to be listed.</summary>
    public static PublicStreamsReport ForEverybody(IReadOnlyCollection<Topic> topics, bool listed)
    {
        Topic[] live = listed ? [.. topics.Where(static topic => topic.IsLive)] : [];
        return new PublicStreamsReport(listed, live.Length,
        [
            .. live.Select(static topic => (Topic: topic, Viewers: topic.Stats.Viewers))
                .OrderByDescending(static one => one.Viewers).Take(StreamsMax)
                .OrderBy(static one => one.Topic.Name, StringComparer.Ordinal)
                .Select(static one => ForEverybody(one.Topic, one.Viewers)),
        ]);
    }

    /// <summary>The video of a stream, or null when it has none (yet). Where its codec does not say the size, its metadata may.</summary>
    public static VideoReport? Video(Topic topic)
    {
        var video = Video(topic.FindFormat(FrameKind.Video).Span);
        return video is { Width: 0 } && RtmpData.ReadMetadata(topic.FindConfig(FrameKind.Data).Span, RtmpLimits.Default) is { } metadata
            ? video with { Width = Size(metadata["width"]), Height = Size(metadata["height"]) }
            : video;
    }

    /// <summary>The video, or null when there is none (yet).</summary>
    /// <param name="config">The decoder's configuration, or a frame of a codec that has none.</param>
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

    private static PublicStreamReport ForEverybody(Topic topic, int viewers)
    {
        var video = Video(topic);
        return new PublicStreamReport(
            topic.Name, viewers, video?.Codec, video?.Width ?? 0, video?.Height ?? 0, Audio(topic.FindFormat(FrameKind.Audio).Span)?.Codec);
    }

    private static int Size(AmfValue value) => value is { Kind: AmfKind.Number, Number: > 0 and < 65_536 } ? (int)value.Number : 0;

    private static string? Known(string text) => text.Length > 0 ? text : null;

    // Not through the middle of a character of two.
    private static string Cut(string text) => text.Length <= TextCharactersMax
        ? text
        : text[..(char.IsHighSurrogate(text[TextCharactersMax - 1]) ? TextCharactersMax - 1 : TextCharactersMax)];
}
