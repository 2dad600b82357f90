using System.Net;
using System.Net.Sockets;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>What the audio system says in the log, over real sockets.</summary>
public sealed class LogTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    [Requirement("AUD-1.3/levels", "AUD-9.1", "AUD-9.5")]
    public async Task Every_component_says_what_it_does_at_info_and_what_goes_wrong_at_error()
    {
        var (path, _, _) = Sound.Speech(_folder);
        var missing = Path.Combine(_folder.Path, "missing.wav");
        var server = await RunningServer.StartAsync($"audio.stations=speech={path},broken={missing}");
        var address = Address(server);
        using (var listener = await TestListener.ConnectAsync(address, "speech"))
        {
            await Until.HoldsAsync(() => listener.Samples.Length > 0, s_patience, "something was heard");
        }

        await Until.HoldsAsync(() => server.Lines.Contains(" left station speech", StringComparison.Ordinal), s_patience, "the listener has left");
        await server.DisposeAsync();
        var log = server.Lines.ReplaceLineEndings("\n").Split('\n');

        Says("info", $"audio listens on {address}");
        Says("info", $"Station speech plays {path}: s16, 48000 Hz, 1 channel");
        Says("info", "Station speech is on the air");
        Says("info", "opened: audio from 127.0.0.1");
        Says("info", "listens to station speech, which has 1 listeners now");
        Says("info", "left station speech:");
        Says("info", "ended: audio from 127.0.0.1");
        Says("info", "Station speech is off the air:");
        Says("error", $"Station broken cannot play {missing}:");

        void Says(string level, string part) =>
            Assert.Contains(log, line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var its, ..] && its == level && line.Contains(part, StringComparison.Ordinal));
    }

    [Fact]
    [Requirement("AUD-1.2", "AUD-1.3")]
    public async Task A_port_that_is_taken_is_an_answer_with_its_reason_and_a_line_at_error()
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var first = await RunningServer.StartAsync($"audio.stations=speech={path}");
        var values = ConfigurationLoader.Load(
            null, [], ["rtmp.enabled=false", "http.enabled=false", "rpc.enabled=false", "admin.enabled=false", $"audio.listen={Address(first)}", $"audio.stations=speech={path}"], out var problems);
        Assert.Empty(problems);
        using var lines = new StringWriter();
        var sink = new LogSink(lines, owned: false);
        using var log = new LineLoggerProvider(sink, LogFormat.Text, Microsoft.Extensions.Logging.LogLevel.Information, TimeProvider.System);
        var configuration = ServerConfiguration.From(values);
        var server = new QuickwaterServer(configuration, StreamKeys.Load(configuration.Rtmp.PublishKeys, ""), log, TimeProvider.System);
        var failure = await server.StartAsync(CancellationToken.None);
        await server.DisposeAsync();
        await sink.DisposeAsync();
        Assert.Equal(Reason.AddressInUse, failure?.Why);
        Assert.Contains($"audio cannot listen on {Address(first)}", lines.ToString(), StringComparison.Ordinal);
        Assert.Contains("[address_in_use]", lines.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("AUD-2.3/logged", "AUD-2.3/abrupt", "AUD-6.1", "AUD-9.1")]
    public async Task Clients_that_reset_at_any_point_are_logged_from_their_start_to_their_end_and_harm_nobody()
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var server = await RunningServer.StartAsync($"audio.stations=speech={path}", "audio.lagMax=5m");
        using var listener = await TestListener.ConnectAsync(Address(server), "speech");
        var hello = AudioMessageWriter.ToArray(new Hello("speech", "abrupt"));
        var remotes = new List<EndPoint?>();
        foreach (var sent in new[] { 0, 1, 9, hello.Length })
        {
            for (var i = 0; i < 5; i++)
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
                await socket.ConnectAsync(Address(server));
                remotes.Add(socket.LocalEndPoint);
                await socket.SendAsync(hello.AsMemory(0, sent));
                if (sent == hello.Length)
                {
                    Assert.True(await socket.ReceiveAsync(new byte[1]) == 1, "sound is on its way, and most of it stays unread");
                }
            }
        }

        foreach (var remote in remotes)
        {
            await Until.HoldsAsync(
                () => server.Lines.ReplaceLineEndings("\n").Split('\n').Count(line => line.Contains($"audio from {remote}", StringComparison.Ordinal) && line.Contains("[connection_reset]", StringComparison.Ordinal)) == 1,
                s_patience, $"the end of {remote} is logged once, with its reason");
            Assert.Single(server.Lines.ReplaceLineEndings("\n").Split('\n'), line => line.Contains($"opened: audio from {remote}", StringComparison.Ordinal));
        }

        var heard = listener.Samples.Length;
        await Until.HoldsAsync(() => listener.Samples.Length > heard, s_patience, "the station plays on");
        Assert.Equal((0, 0), (listener.Session?.Stats.Missing, listener.Session?.Stats.Repeated));
    }

    public void Dispose() => _folder.Dispose();

    private static IPEndPoint Address(RunningServer server) => server.Server.Audio ?? throw new InvalidOperationException("Audio is off.");
}
