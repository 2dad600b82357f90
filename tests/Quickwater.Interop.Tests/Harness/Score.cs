using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Interop.Tests;

/// <summary>What a publisher sends and when: cut, moved and joined from FLV files that FFmpeg made.</summary>
internal static class Score
{
    /// <summary>Encodes so many seconds of a picture and a tone, with a key each second, without metadata.</summary>
    /// <param name="folder">Where its file goes.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="audio">The audio encoder by FFmpeg's name.</param>
    /// <param name="size">The picture's size.</param>
    /// <param name="sampleRate">Samples of audio a second.</param>
    public static async Task<IReadOnlyList<Cue>> EncodeAsync(
        TemporaryFolder folder, int seconds, string audio = "aac", string size = "320x180", int sampleRate = 44_100)
    {
        var file = folder[$"{Guid.NewGuid():N}.flv"];
        await Ffmpeg.RunAsync([
            .. Ffmpeg.Video(size), .. Ffmpeg.Tone(sampleRate), "-t", $"{seconds}", .. Ffmpeg.Live(gop: 25), "-c:a", audio, "-b:a", "64k", "-f", "flv", file,
        ]);
        return await ReadAsync(file);
    }

    /// <summary>The tags of one kind.</summary>
    public static IEnumerable<Cue> Only(this IEnumerable<Cue> cues, FlvTagType type) => cues.Where(cue => cue.Type == type);

    /// <summary>What lies between two moments; configurations are kept and come at the first of them.</summary>
    public static IEnumerable<Cue> Cut(this IEnumerable<Cue> cues, long from, long to) => cues
        .Where(cue => cue.IsConfig || (cue.At >= from && cue.At < to))
        .Select(cue => cue.IsConfig ? cue with { At = from, Time = from } : cue);

    /// <summary>The same, and then its last part again and again: for as long as a slow machine may take to see it.</summary>
    /// <param name="cues">What to prolong; there is a key where the part begins.</param>
    /// <param name="from">Where the part begins, in milliseconds.</param>
    /// <param name="to">Where it ends.</param>
    public static IReadOnlyList<Cue> Prolonged(this IReadOnlyList<Cue> cues, long from, long to)
    {
        const int Times = 20;
        var part = cues.Where(cue => !cue.IsConfig && cue.At >= from && cue.At < to).ToArray();
        var later = Enumerable.Range(1, Times).Select(i => i * (to - from));
        return [.. cues.Where(cue => cue.At < to), .. later.SelectMany(by => part.Select(cue => cue with { At = cue.At + by, Time = cue.Time + by }))];
    }

    /// <summary>The same with other times on them, sent at the same moments.</summary>
    public static IEnumerable<Cue> Saying(this IEnumerable<Cue> cues, Func<Cue, long> time) => cues.Select(cue => cue with { Time = time(cue) });

    /// <summary>
    /// Of a file in which the audio's codec changes, what comes behind the last change, as a file of its own: FFmpeg's own tools do not survive the change.
    /// The file itself when it has no change.
    /// </summary>
    public static async Task<string> TailAsync(string file)
    {
        var cues = await ReadAsync(file);
        var last = -1;
        for (var (i, format) = (0, (FlvAudioFormat?)null); i < cues.Count; i++)
        {
            if (cues[i].Type == FlvTagType.Audio)
            {
                var now = FlvAudioHeader.Parse(cues[i].Body).Format;
                (last, format) = (format is not null && now != format ? i : last, now);
            }
        }

        if (last < 0)
        {
            return file;
        }

        var configs = cues.Take(last).Where(static cue => cue is { IsConfig: true, Type: FlvTagType.Video }).TakeLast(1);
        await using var tail = File.Create(file + ".tail.flv");
        var header = new byte[FlvWriter.HeaderBytes];
        FlvWriter.WriteHeader(header, hasAudio: true, hasVideo: true);
        await tail.WriteAsync(header);
        foreach (var cue in configs.Concat(cues.Skip(last)))
        {
            var tag = new byte[FlvWriter.Measure(cue.Body.Length)];
            FlvWriter.Encode(tag, cue.Type, (uint)cue.Time, cue.Body);
            await tail.WriteAsync(tag);
        }

        return tail.Name;
    }

    private static async Task<IReadOnlyList<Cue>> ReadAsync(string file) =>
    [
        .. (await FlvFile.ReadAsync(file, static tag => new Cue(tag.Timestamp, tag.Type, tag.Timestamp, tag.Payload.Span.ToArray())))
            .Where(static cue => cue.Type != FlvTagType.Script),
    ];
}
