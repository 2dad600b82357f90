using Microsoft.Playwright;

namespace Quickwater.Interop.Tests;

/// <summary>The player page in a browser, and what it says of its playing.</summary>
/// <param name="page">The page, which is open.</param>
internal sealed class PlayingPage(IPage page)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What it plays now.</summary>
    public Task<Look> LookAsync() => page.EvaluateAsync<Look>(
        """
        () => {
          const { state, error, currentTime, framesDecoded, width, reopened, reopenedWhy } = window.quickwater.state();
          const video = document.querySelector('video');
          return { state, error: error ?? '', currentTime, framesDecoded, width, reopened, reopenedWhy, sound: video.webkitAudioDecodedByteCount ?? 0 };
        }
        """);

    /// <summary>Waits until it is as it should be.</summary>
    public Task<Look> LookAsync(Func<Look, bool> isGood, string what) => Until.HoldsAsync(LookAsync, isGood, Patience, what);

    /// <summary>Waits until it plays, and then plays on for so long without a stop of more than that: pictures, sound or both.</summary>
    public async Task<Look> PlaysAsync(bool video, bool audio, string what)
    {
        const double Seconds = 1.5;
        var from = await LookAsync(static now => now.State == "playing", $"{what}: it plays");
        return await LookAsync(
            now =>
            {
                // A new attempt begins its counts anew.
                from = now.CurrentTime < from.CurrentTime || now.Sound < from.Sound ? now : from;
                return now.State == "playing" && now.CurrentTime > from.CurrentTime + Seconds
                    && (!video || now.FramesDecoded > from.FramesDecoded + 20) && (!audio || now.Sound > from.Sound + 5000);
            },
            $"{what}: time goes on{(video ? ", pictures are decoded" : "")}{(audio ? ", sound is decoded" : "")}");
    }

    /// <summary>The page's own words for what it does.</summary>
    internal sealed record Look
    {
        public string State { get; init; } = "";

        public string Error { get; init; } = "";

        public double CurrentTime { get; init; }

        public double FramesDecoded { get; init; }

        public int Width { get; init; }

        public int Reopened { get; init; }

        public string ReopenedWhy { get; init; } = "";

        public double Sound { get; init; }
    }
}
