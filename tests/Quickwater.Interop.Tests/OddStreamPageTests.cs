using Quickwater.Media;
using Quickwater.Rtmp;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>Streams that are passed on as they should be, and at which a browser by itself would stop for ever: the page goes on playing.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class OddStreamPageTests(ITestOutputHelper output)
{
    private const int Seconds = 8;
    private const int Turn = 5000; // milliseconds into a stream, where its oddity begins
    private const long Hour = 3_600_000;

    // For each case: its stream, whether it has audio after the turn, and the reason that the page gives for opening the stream again, if it must.
    [ToolFact("ffmpeg", "chromium")]
    [Requirement("MED-5.3/progress")]
    public async Task The_page_goes_on_playing_whatever_times_and_tracks_do()
    {
        await using var server = await ServerProcess.StartAsync(output);
        using var files = new TemporaryFolder();
        await using var browser = await Browser.StartAsync();
        var whole = (await Score.EncodeAsync(files, Seconds)).Prolonged(Seconds * 500, Seconds * 1000);
        var other = (await Score.EncodeAsync(files, Seconds, size: "256x144", sampleRate: 48_000)).Prolonged(Seconds * 500, Seconds * 1000);
        var video = whole.Only(FlvTagType.Video);
        var audio = whole.Only(FlvTagType.Audio);
        const long Wrap = (1L << 31) - Turn;
        (string Name, IEnumerable<Cue> Cues, bool HasAudio, string Why)[] cases =
        [
            ("soundstops", video.Concat(audio.Cut(0, Turn)), false, "its sound stopped"),
            ("soundbegins", video.Concat(audio.Cut(Turn, long.MaxValue)), true, "its tracks or codecs changed"),
            ("wraps", whole.Saying(static cue => cue.Time + Wrap), true, ""),
            ("stepsback", whole.Saying(static cue => (2 * Hour) + cue.Time - (cue.At >= Turn ? Hour : 0)), true, ""),
            ("changes", whole.Cut(0, Turn).Concat(other.Cut(Turn, long.MaxValue)), true, "its tracks or codecs changed"),
            ("apart", whole.Saying(static cue => cue.Time + (cue.Type == FlvTagType.Audio ? 4 * Hour : 0)), true, ""),
        ];
        var pages = new List<PlayingPage>();
        var publishers = new List<ScorePlayer>();
        try
        {
            foreach (var one in cases)
            {
                pages.Add(new PlayingPage(await browser.OpenAsync($"http://{server.Http}/?stream=live/{one.Name}")));
            }

            foreach (var one in cases)
            {
                publishers.Add(await ScorePlayer.StartAsync(server.Rtmp, "live", one.Name, one.Cues));
            }

            await Task.WhenAll(pages.Select(static page => page.LookAsync(static now => now.State == "playing", "it plays before the turn")));
            await Task.WhenAll(publishers.Select(static publisher => publisher.ReachedAsync(Turn + 2500))); // by then a page that stops at the turn has stopped
            var seen = await Task.WhenAll(cases.Zip(pages).Select(pair => pair.Second.PlaysAsync(video: true, pair.First.HasAudio, pair.First.Name)));
            foreach (var (one, now) in cases.Zip(seen))
            {
                output.WriteLine($"{one.Name}: {now}");
            }

            Assert.Equal(cases.Select(static one => $"{one.Name}: {one.Why}"), cases.Zip(seen).Select(static pair => $"{pair.First.Name}: {pair.Second.ReopenedWhy}"));
            Assert.All(seen, static now => Assert.InRange(now.Reopened, 0, 3));
        }
        finally
        {
            foreach (var publisher in publishers)
            {
                await publisher.DisposeAsync();
            }
        }
    }
}
