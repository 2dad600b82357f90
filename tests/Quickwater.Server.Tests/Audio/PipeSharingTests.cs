using System.Diagnostics;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>A pipe has one reader: two would each get a part of the samples.</summary>
public sealed class PipeSharingTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly AudioFormat s_mono = new(AudioEncoding.S16, 1, 8000);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    [Requirement("AUD-5.6")]
    public void Standard_input_is_one_stations()
    {
        Assert.Empty(Problems("a=-", "b=x.wav", "c=x.wav"));
        var problem = Assert.Single(Problems("a=-", "b=-"));
        Assert.Equal("audio.stations", problem.Key);
        Assert.Contains("station b reads \"-\", and station a reads \"-\"", problem.Text, StringComparison.Ordinal);
        Assert.Single(Problems("a[fallback=-]=-"));
        Assert.Equal(2, Problems("a=-", "b[fallback=-]=x.wav", "c=-").Count);
    }

    [ToolFact("mkfifo")]
    [Requirement("AUD-5.6")]
    public async Task A_named_pipe_is_one_stations_whatever_it_is_called()
    {
        var pipe = await MakeAsync("studio");
        var link = Path.Combine(_folder.Path, "link");
        File.CreateSymbolicLink(link, pipe);
        var hard = Path.Combine(_folder.Path, "hard");
        await LinkAsync(pipe, hard);
        foreach (var other in new[] { pipe, link, hard, Path.Combine(_folder.Path, ".", "studio"), Path.GetRelativePath(Environment.CurrentDirectory, pipe) })
        {
            var problem = Assert.Single(Problems($"a={pipe}", $"b={other}"));
            Assert.Contains($"station b reads \"{other}\", and station a reads \"{pipe}\", which is the same pipe", problem.Text, StringComparison.Ordinal);
        }

        Assert.Empty(Problems($"a={pipe}", $"b={await MakeAsync("other")}"));
    }

    // What nobody can know beforehand: a pipe in a playlist, or one that is made later.
    [ToolFact("mkfifo")]
    [Requirement("AUD-5.6")]
    public async Task The_second_station_that_comes_to_a_pipe_leaves_it_alone_and_says_why()
    {
        var pipe = await MakeAsync("studio");
        var list = _folder.Write("list.m3u", "studio\n");
        await using var server = await RunningServer.StartAsync($"audio.stations=a={list},b={list}", "audio.lagMax=5m");
        await Until.HoldsAsync(() => server.Lines.Contains("[invalid_configuration]", StringComparison.Ordinal), s_patience, "one of them cannot");
        var loser = server.Lines.Contains("Station b cannot play", StringComparison.Ordinal) ? "b" : "a";
        var winner = loser == "b" ? "a" : "b";
        Assert.Contains($"Station {loser} cannot play {pipe}: a configuration that cannot be used: station {winner} reads it", server.Lines, StringComparison.Ordinal);
        using var listener = await TestListener.ConnectAsync(server.Server.Audio ?? throw new InvalidOperationException("Audio is off."), winner, TimeSpan.Zero);
        await Until.HoldsAsync(() => listener.Notices.Any(static notice => notice.Kind == NoticeKind.OffAir), s_patience, "the listener has its seat");
        var samples = Sound.Sweep(16_000);
        await using (var writer = await Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)).WaitAsync(s_patience))
        {
            await writer.WriteAsync(Sound.Wav(s_mono, samples)).AsTask().WaitAsync(s_patience);
        }

        await Until.HoldsAsync(() => listener.Samples.Length >= samples.Length, s_patience, "all of it is heard");
        Assert.Equal(samples, listener.Samples);
    }

    public void Dispose() => _folder.Dispose();

    private static IReadOnlyList<ConfigurationProblem> Problems(params string[] stations)
    {
        ConfigurationLoader.Load(null, [], [$"audio.stations={string.Join(',', stations)}"], out var problems);
        return problems;
    }

    private Task<string> MakeAsync(string name) => Fifo.MakeAsync(Path.Combine(_folder.Path, name));

    private static async Task LinkAsync(string to, string path)
    {
        using var process = Process.Start(Tools.Require("ln"), [to, path]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
