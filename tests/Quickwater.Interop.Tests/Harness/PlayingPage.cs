using Microsoft.Playwright;

namespace Quickwater.Interop.Tests;

/// <summary>The player page in a browser, and what it says of its playing.</summary>
/// <param name="page">The page, which is open.</param>
internal sealed class PlayingPage(IPage page)
{
    // What the page's own hook says, what the video element has decoded, and two figures of what it shows: how many colours a thumbnail has, and a sum over its pixels.
    private const string Hook =
        """
        () => {
          const { state, error, transport, currentTime, framesDecoded, width, height, reopened, reopenedWhy } = window.quickwater.state();
          const video = document.querySelector('video');
          const canvas = document.createElement('canvas');
          canvas.width = 64;
          canvas.height = 36;
          const context = canvas.getContext('2d');
          context.drawImage(video, 0, 0, 64, 36);
          const pixels = new Uint32Array(context.getImageData(0, 0, 64, 36).data.buffer);
          return {
            state, error: error ?? '', transport, currentTime, framesDecoded, width, height, reopened, reopenedWhy,
            audioBytes: video.webkitAudioDecodedByteCount ?? 0,
            colours: new Set(pixels).size, sum: pixels.reduce((sum, pixel) => (sum * 31 + pixel) % 1000003, 7),
          };
        }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>What it does now.</summary>
    public Task<Look> LookAsync() => page.EvaluateAsync<Look>(Hook);

    /// <summary>Waits until it is as it should be.</summary>
    public Task<Look> LookAsync(Func<Look, bool> isGood, string what) => Until.HoldsAsync(LookAsync, isGood, Patience, what);

    /// <summary>Waits until it plays, and has then played for a second and a half on: frames of video or audio, or both, were decoded in that time.</summary>
    public async Task<Look> PlaysAsync(bool video, bool audio, string what)
    {
        const double Seconds = 1.5;
        var from = await LookAsync(static now => now.State == "playing", $"{what}: it plays");
        return await LookAsync(
            now =>
            {
                // When the page opens the stream again, its counts begin again at 0.
                from = now.CurrentTime < from.CurrentTime || now.AudioBytes < from.AudioBytes ? now : from;
                return now.State == "playing" && now.CurrentTime > from.CurrentTime + Seconds
                    && (!video || now.FramesDecoded > from.FramesDecoded + 20) && (!audio || now.AudioBytes > from.AudioBytes + 5000);
            },
            $"{what}: time goes on{(video ? ", video is decoded" : "")}{(audio ? ", audio is decoded" : "")}");
    }

    /// <summary>What the page and its video element say.</summary>
    internal sealed record Look
    {
        public string State { get; init; } = "";

        public string Error { get; init; } = "";

        public string Transport { get; init; } = "";

        public double CurrentTime { get; init; }

        public double FramesDecoded { get; init; }

        public int Width { get; init; }

        public int Height { get; init; }

        public int Reopened { get; init; }

        public string ReopenedWhy { get; init; } = "";

        public double AudioBytes { get; init; }

        public int Colours { get; init; }

        public int Sum { get; init; }
    }
}
