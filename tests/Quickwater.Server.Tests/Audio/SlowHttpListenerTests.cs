using System.Text.Json;
using Quickwater.Audio;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Listeners over HTTP that stop reading, beside one that does not.</summary>
public sealed class SlowHttpListenerTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    // 768 KB a second, so that buffers are full soon.
    private static readonly AudioFormat s_format = new(AudioEncoding.S16, 2, 192_000);

    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _late = new(s_patience);
    private readonly byte[] _samples = Sound.Sweep(2 * 192_000 * 5);

    [Fact]
    [Requirement("AUD-7.1", "AUD-7.2", "AUD-7.3", "AUD-7.4", "AUD-9.3/drop")]
    public async Task One_that_stalls_skips_once_and_is_cut_the_next_time_and_others_lose_nothing()
    {
        var server = await ServeAsync("audio.lagMax=3s", "audio.skipsPerMinuteMax=1", "audio.stallMax=10m");
        await using var running = server;
        using var steady = await WavDownload.OpenAsync(server, "speech", _late.Token);
        using var slow = await WavDownload.OpenAsync(server, "speech", _late.Token);
        using var done = new CancellationTokenSource();
        var reading = steady.ReadOnAsync(done.Token);

        // What it does not take is dropped as the ring lets go of it; then it reads on, and is at the live edge.
        var before = await DroppedAsync(server, slow, static dropped => dropped > 0);
        await slow.ReadAsync(s_format.BytesPerSecond * 3, _late.Token);
        var name = slow.Name;
        await DroppedAsync(server, slow, dropped => dropped > before + 100);
        while (await slow.ReadAsync(s_format.BytesPerSecond, _late.Token))
        {
            // to its end
        }

        await done.CancelAsync();
        await reading;
        await server.Server.StopAsync(_late.Token);
        Assert.True(Sound.IsRoundOf(_samples, Whole(steady.Samples(s_format)), s_format.FramesIn(TimeSpan.FromMilliseconds(20)) * s_format.BytesPerFrame), "the steady one has every sample");
        Assert.Equal(0, slow.Samples(s_format).Length % s_format.BytesPerFrame);
        Assert.Contains(server.Lines.Split('\n'), line =>
            line.Contains($"http-audio from {name}, ", StringComparison.Ordinal) && line.Contains("[lag_time_exceeded]", StringComparison.Ordinal));
        Assert.Matches(@"from 127\.0\.0\.1:\d+ lags behind station speech and skips: ", server.Lines);
    }

    [Fact]
    [Requirement("AUD-7.2", "AUD-9.3/drop")]
    public async Task One_that_takes_nothing_is_ended_as_stalled_and_the_books_add_up()
    {
        await using var server = await ServeAsync("audio.lagMax=5m", "audio.stallMax=1s");
        using var steady = await WavDownload.OpenAsync(server, "speech", _late.Token);
        using var done = new CancellationTokenSource();
        var reading = steady.ReadOnAsync(done.Token);
        using var slow = await WavDownload.OpenAsync(server, "speech", _late.Token);
        var station = await Until.HoldsAsync(
            () => StationAsync(server),
            static station => station.GetProperty("closed").TryGetProperty("send_stalled", out _), s_patience, "the stalled one is ended");
        Assert.Equal(1, station.GetProperty("listeners").GetArrayLength());
        Assert.Equal(2, station.GetProperty("opened").GetInt64());
        await done.CancelAsync();
        await reading;
        steady.Dispose();
        station = await Until.HoldsAsync(
            () => StationAsync(server), static station => station.GetProperty("listeners").GetArrayLength() == 0, s_patience, "the other left");
        Assert.Equal(
            station.GetProperty("framesOffered").GetInt64(),
            station.GetProperty("framesDelivered").GetInt64() + station.GetProperty("framesDropped").GetInt64() + station.GetProperty("framesQueued").GetInt64());
    }

    public void Dispose()
    {
        _late.Dispose();
        _folder.Dispose();
    }

    // Where it was stopped, the last sample frame may not be whole.
    private static byte[] Whole(byte[] samples) => samples[..^(samples.Length % s_format.BytesPerFrame)];

    private static async Task<JsonElement> StationAsync(RunningServer server)
    {
        using var json = JsonDocument.Parse(await server.Client.GetStringAsync(server.Admin("/api/v1/stations")));
        return json.RootElement.GetProperty("stations")[0].Clone();
    }

    private static Task<long> DroppedAsync(RunningServer server, WavDownload listener, Func<long, bool> isGood)
    {
        var name = listener.Name;
        return Until.HoldsAsync(
            async () => (await StationAsync(server)).GetProperty("listeners").EnumerateArray()
                .Single(one => one.GetProperty("remote").GetString() == name).GetProperty("framesDropped").GetInt64(),
            isGood, s_patience, "enough is dropped");
    }

    private async Task<RunningServer> ServeAsync(params string[] limits)
    {
        var path = Path.Combine(_folder.Path, "speech.wav");
        await File.WriteAllBytesAsync(path, Sound.Wav(s_format, _samples));
        return await RunningServer.StartAsync([$"audio.stations=speech={path}", .. limits]);
    }
}
