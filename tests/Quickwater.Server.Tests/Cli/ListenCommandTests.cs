using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary><c>quickwater listen</c> as a child process, with a server in this one.</summary>
public sealed class ListenCommandTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly string _speech;
    private readonly AudioFormat _format;
    private readonly byte[] _samples;

    public ListenCommandTests() => (_speech, _format, _samples) = Sound.Speech(_folder);

    [Fact]
    [Requirement("AUD-3.1/counts", "AUD-3.1/file")]
    public async Task A_file_has_its_sizes_at_the_end_and_the_counts_are_shown()
    {
        await using var server = await ServeAsync();
        var file = Path.Combine(_folder.Path, "copy.wav");
        using var process = Start("listen", $"{server.Server.Audio}/speech", "-o", file, "--duration", "3");
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, await error);
        var written = await File.ReadAllBytesAsync(file);
        Assert.Equal(Sound.Wav(_format, written[44..]), written);
        Assert.True(IsPartOfTheLoop(written.AsSpan(44)), "every sample is the station's");
        Assert.Matches(@"s, audio [0-9.]+ s, chunks [0-9]+, lag [0-9.]+ ms, jitter p99 [0-9.]+ ms, [0-9.]+ (B|KiB|MiB), [0-9]+ kb/s", await error);
    }

    [Fact]
    [Requirement("AUD-3.1/standard-output", "AUD-3.2/restart")]
    public async Task Standard_output_gets_a_wav_without_end_which_goes_on_when_the_server_comes_back()
    {
        var server = await ServeAsync("audio.listen=127.0.7.3:0"); // nobody else takes its port while it is away
        var address = server.Server.Audio;
        using var process = Start("listen", $"{address}/speech", "-o", "-", "--reconnect");
        try
        {
            var error = process.StandardError.ReadToEndAsync();
            using var late = new CancellationTokenSource(Patience);
            var header = new byte[44];
            await process.StandardOutput.BaseStream.ReadExactlyAsync(header, late.Token);
            Assert.Equal("FFFFFFFF", Convert.ToHexString(header, 4, 4));
            Assert.Equal("FFFFFFFF", Convert.ToHexString(header, 40, 4));
            var samples = new byte[20 * 1920];
            await process.StandardOutput.BaseStream.ReadExactlyAsync(samples, late.Token);
            Assert.True(IsPartOfTheLoop(samples), "every sample is the station's");

            await server.DisposeAsync();
            server = await ServeAsync($"audio.listen={address}");
            var more = new byte[200 * 1920]; // four seconds: more than was under way when the server went
            await process.StandardOutput.BaseStream.ReadExactlyAsync(more, late.Token);

            using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
            await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, late.Token);
            await process.WaitForExitAsync(late.Token);
            Assert.Equal(0, process.ExitCode);
            Assert.Contains("not connected: the server said: drained", await error, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await server.DisposeAsync();
        }
    }

    [ToolFact("sh", "ffmpeg")]
    [Requirement("AUD-3.1/player")]
    public async Task A_player_hears_the_station_through_a_pipe_sample_for_sample()
    {
        await using var server = await ServeAsync();
        var heard = Path.Combine(_folder.Path, "heard.raw");
        var (code, _, error) = await Shell.RunAsync(
            $"{{ $QW listen {server.Server.Audio}/speech -o - --duration 4; echo \"code $?\" >&2; }} | ffmpeg -v error -nostdin -i - -f s16le {heard}");

        Assert.Equal(0, code);
        Assert.EndsWith("code 0\n", error, StringComparison.Ordinal);
        var samples = await File.ReadAllBytesAsync(heard);
        Assert.InRange(samples.Length, 2 * _format.BytesPerSecond, 6 * _format.BytesPerSecond);
        Assert.True(IsPartOfTheLoop(samples), "every sample is the station's");
    }

    [ToolFact("sh", "ffplay")]
    [Requirement("AUD-3.1/player")]
    public async Task Ffplay_plays_what_comes_through_a_pipe_to_its_end()
    {
        await using var server = await ServeAsync();
        var heard = Path.Combine(_folder.Path, "heard.raw");

        // Its sound card is a file: what it plays stands there, with silence around it.
        var (code, _, error) = await Shell.RunAsync(
            $"{{ $QW listen {server.Server.Audio}/speech -o - --duration 3; echo \"code $?\" >&2; }} | ffplay -nodisp -autoexit -loglevel error -nostats -i -",
            ("SDL_AUDIODRIVER", "disk"), ("SDL_DISKAUDIOFILE", heard));

        Assert.Equal(0, code);
        Assert.Contains("code 0\n", error, StringComparison.Ordinal);
        Assert.DoesNotContain("pipe:", error, StringComparison.Ordinal); // so begins what ffplay has to say of its input
        var parts = (await File.ReadAllBytesAsync(heard)).Chunk((int)_format.BytesPerSecond / 10);
        Assert.InRange(parts.Count(part => part.AsSpan().ContainsAnyExcept((byte)0) && IsPartOfTheLoop(part)), 10, 40); // a slow machine may have put silence between
    }

    // A process that is killed says nothing more: the file is whole all the same, and the reason is told.
    [Fact]
    [Requirement("AUD-3.2/disconnect")]
    public async Task A_server_that_is_cut_off_leaves_a_whole_file_and_a_reason()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var file = Path.Combine(_folder.Path, "copy.wav");
        using var process = Start("listen", $"{server.LocalEndpoint}/speech", "-o", file);
        var error = process.StandardError.ReadToEndAsync();
        var chunk = Enumerable.Range(0, 1920).Select(static i => (byte)i).ToArray();
        using (var client = await server.AcceptTcpClientAsync().WaitAsync(Patience))
        {
            var stream = client.GetStream();
            await stream.ReadExactlyAsync(new byte[AudioWire.HeaderBytes]).AsTask().WaitAsync(Patience);
            await stream.WriteAsync(AudioMessageWriter.ToArray(new Accept(1, 0, 0, 3000)));
            await stream.WriteAsync(AudioMessageWriter.ToArray(new FormatNotice(_format, 960)));
            await stream.WriteAsync(Audio(0, chunk));
            await stream.WriteAsync(Audio(1, chunk).AsMemory(0, 100)); // and a part of another
            await Until.HoldsAsync(() => File.Exists(file) && new FileInfo(file).Length >= 44 + chunk.Length, Patience, "a chunk was written");
            client.Client.Close(0); // a reset: so ends a process that dies
        }

        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(1, process.ExitCode);
        Assert.Contains($"failed: {Reason.ConnectionReset.Text()}", await error, StringComparison.Ordinal);
        Assert.Equal(Sound.Wav(_format, chunk), await File.ReadAllBytesAsync(file));
    }

    [Fact]
    public async Task The_list_goes_to_standard_output_and_an_unknown_station_ends_with_1()
    {
        await using var server = await ServeAsync();
        using var list = Start("listen", $"{server.Server.Audio}", "--list");
        var stations = await list.StandardOutput.ReadToEndAsync();
        await list.WaitForExitAsync();
        Assert.Equal(0, list.ExitCode);
        Assert.StartsWith("speech\t", stations, StringComparison.Ordinal);

        using var unknown = Start("listen", $"{server.Server.Audio}/music", "--reconnect");
        var error = await unknown.StandardError.ReadToEndAsync();
        await unknown.WaitForExitAsync();
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("the server said: stream_not_found", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    // One whole message.
    private static byte[] Audio(long sequence, byte[] samples)
    {
        var body = new byte[AudioWire.AudioPrefixBytes + samples.Length];
        AudioChunk.WritePrefix(body, sequence, sequence * 20_000);
        samples.CopyTo(body, AudioWire.AudioPrefixBytes);
        return [(byte)AudioMessageType.Audio, (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body];
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(ServerConfiguration).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("The executable did not start.");
    }

    // So long that a slow machine never drops a frame.
    private Task<RunningServer> ServeAsync(params string[] sets) =>
        RunningServer.StartAsync([$"audio.stations=speech={_speech}", "audio.lagMax=5m", "audio.stallMax=10m", .. sets]);

    // From any place on, round and round.
    private bool IsPartOfTheLoop(ReadOnlySpan<byte> samples)
    {
        byte[] twice = [.. _samples, .. _samples];
        var first = samples[..Math.Min(samples.Length, _samples.Length)];
        var at = twice.AsSpan().IndexOf(first);
        for (var i = 0; at >= 0 && i < samples.Length; i++)
        {
            if (samples[i] != _samples[(at + i) % _samples.Length])
            {
                return false;
            }
        }

        return at >= 0;
    }
}
