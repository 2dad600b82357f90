using System.Globalization;

namespace Quickwater.Interop.Tests;

/// <summary>FFmpeg 8.1 from npm (Clients/ffmpeg8.mjs): it publishes and plays Enhanced RTMP, and says what it read, packet by packet.</summary>
internal static class FfmpegEight
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly string Clients = Path.Combine(Executable.Root, "tests", "Quickwater.Interop.Tests", "Clients");

    /// <summary>Whether ./test has installed it for this machine.</summary>
    public static bool IsInstalled { get; } = Directory.Exists(Path.Combine(Clients, "node_modules", "@seydx"));

    /// <summary>Copies a file into another; the answer is what it read.</summary>
    public static async Task<Read> CopyAsync(string file, string copy)
    {
        await using var child = Start([file, copy]);
        return await ReadAsync(child);
    }

    /// <summary>Publishes a file, at the pace of its timestamps.</summary>
    public static Child Publish(string file, string url) => Start([file, url, "--paced"]);

    /// <summary>Takes a stream into a file to its end.</summary>
    public static Child Take(string url, string file) => Start([url, file]);

    /// <summary>Takes so many seconds of a stream into a file.</summary>
    public static Child Take(string url, string file, int seconds) =>
        Start([url, file, "--seconds", seconds.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Waits for its end, which must be a good one. FFmpeg must have nothing to say. The answer is what it read.</summary>
    public static async Task<Read> ReadAsync(Child child)
    {
        var code = await child.ExitAsync(Patience);
        Assert.Equal((0, ""), (code, child.Error.Text));
        var lines = child.Output.All;
        return new Read(
            [.. lines.Where(IsTrack).Order(StringComparer.Ordinal)],
            [.. lines.Where(line => !IsTrack(line) && line.StartsWith("video ", StringComparison.Ordinal))],
            [.. lines.Where(line => !IsTrack(line) && line.StartsWith("audio ", StringComparison.Ordinal))]);
    }

    private static bool IsTrack(string line) => line.Split(' ')[1] is not ("key" or "-");

    private static Child Start(string[] arguments) => Child.Start("node", [Path.Combine(Clients, "ffmpeg8.mjs"), .. arguments]);

    /// <summary>What it read: a line for each track with its codec and its decoder configuration's hash, and for each packet.</summary>
    internal sealed record Read(string[] Tracks, string[] Video, string[] Audio);
}
