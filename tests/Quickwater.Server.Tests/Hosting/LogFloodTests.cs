using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>What peers can make the log write: bounded by address and by kind, with the rest counted.</summary>
[Requirement("MED-9.5/log-lines")]
public sealed class LogFloodTests
{
    private const int PerAddressMax = 10;
    private const int PerKindMax = 40;
    private const int Flood = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly HandTime _time = new();
    private readonly List<string> _lines = [];
    private readonly LogBudget _budget;
    private readonly ListLogger _log;

    public LogFloodTests()
    {
        _budget = new LogBudget(PerAddressMax, PerKindMax, _time, new ListLogger(_lines, null));
        _log = new ListLogger(_lines, _budget);
    }

    [Fact]
    public void One_address_gets_its_lines_and_the_rest_is_counted_at_the_windows_end()
    {
        for (var i = 0; i < Flood; i++)
        {
            Opened(1, Peer(1, i));
        }

        Assert.Equal(PerAddressMax, _lines.Count);
        _time.Elapsed += LogBudget.Window;

        Assert.Equal(PerAddressMax + 1, _lines.Count);
        Assert.Equal($"{Flood - PerAddressMax} lines were left out within 10 s: Opened, 10.0.0.1", _lines[^1]);
        Opened(1, Peer(1, 0));
        Assert.StartsWith("Connection 1 opened", _lines[^1], StringComparison.Ordinal);
        _budget.Dispose();
        Assert.Equal(PerAddressMax + 2, _lines.Count);
    }

    [Fact]
    public void Others_are_heard_beside_a_flood_until_their_kind_has_its_lines()
    {
        for (var i = 0; i < Flood; i++)
        {
            Opened(1, Peer(1, i));
        }

        Opened(2, Peer(2, 0));
        Assert.StartsWith("Connection 2 opened", _lines[^1], StringComparison.Ordinal);
        for (var address = 3; address < 100; address++)
        {
            Opened(1, Peer(address, 0));
        }

        Assert.Equal(PerKindMax, _lines.Count);
    }

    [Fact]
    public void Errors_and_the_first_line_of_a_kind_are_always_written()
    {
        for (var i = 0; i < Flood; i++)
        {
            Opened(1, Peer(1, i));
        }

        for (var i = 0; i < PerKindMax * 2; i++)
        {
            Closed(Peer(1, i), "one_reason");
            Closed(Peer(1, i), "another_reason");
            Faulted(Peer(1, i));
        }

        Assert.Single(_lines, line => line.Contains("one_reason", StringComparison.Ordinal));
        Assert.Single(_lines, line => line.Contains("another_reason", StringComparison.Ordinal));
        Assert.Equal(PerKindMax * 2, _lines.Count(line => line.Contains("fault of this program", StringComparison.Ordinal)));
    }

    [Fact]
    public void One_host_is_one_address_whatever_it_calls_itself()
    {
        for (var i = 0; i < Flood; i++)
        {
            Opened(1, new IPEndPoint(IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"2001:db8::{i:x}")), i));
        }

        _budget.Dispose();
        Assert.Equal($"{Flood - PerAddressMax} lines were left out within 0 s: Opened, 2001:db8::/64", _lines[^1]);
    }

    [Fact]
    public void Counts_are_as_bounded_as_lines()
    {
        const int Addresses = 10_000;
        for (var i = 0; i < Addresses; i++)
        {
            Opened(1, Peer(i, i));
        }

        _budget.Dispose();
        Assert.InRange(_lines.Count, PerKindMax + 2, PerKindMax + 100);
        Assert.Equal(
            Addresses - PerKindMax,
            _lines.Select(line => Regex.Match(line, "^[0-9]+(?= lines were left out)", RegexOptions.None, Patience)).Sum(match => match.Success ? int.Parse(match.Value, CultureInfo.InvariantCulture) : 0));
        Assert.Contains(_lines, line => line.EndsWith("other kinds, other addresses", StringComparison.Ordinal));
    }

    [Fact]
    public void A_kind_keeps_its_own_lines_when_there_are_more_kinds_than_are_told_apart()
    {
        for (var kind = 0; kind < Flood; kind++)
        {
            Closed(Peer(kind, 1), $"reason_{kind}");
        }

        var told = _lines.Count;
        Closed(Peer(Flood, 1), "reason_0");
        Assert.Equal(told + 1, _lines.Count);
        Closed(Peer(Flood + 1, 1), $"reason_{Flood}");
        Assert.Equal(told + 1, _lines.Count); // those beyond share the lines of one kind
    }

    [Fact]
    public async Task Metrics_count_what_the_log_leaves_out()
    {
        const int Connections = 200;
        using var lines = new StringWriter();
        var values = ConfigurationLoader.Load(
            null, [], [
                "rtmp.listen=127.0.0.1:0", "http.enabled=false", "rpc.enabled=false", "admin.listen=127.0.0.1:0", "rtmp.publishKeys=some-key-of-a-test",
                $"log.linesPerAddressMax={PerAddressMax}",
            ],
            out var problems);
        Assert.Empty(problems);
        var configuration = ServerConfiguration.From(values);
        await using (var log = ServerLog.Open(configuration.Log, lines, TimeProvider.System))
        {
            await using var server = new QuickwaterServer(configuration, StreamKeys.Load(configuration.Rtmp.PublishKeys, ""), log.Provider, TimeProvider.System);
            Assert.Null(await server.StartAsync(CancellationToken.None));
            var rtmp = server.Rtmp ?? throw new InvalidOperationException("RTMP is off.");
            for (var i = 0; i < Connections; i++)
            {
                using var peer = await RawRtmp.SendAsync(rtmp, "GET /"u8.ToArray());
                Assert.Equal("", await peer.EndedAsync());
            }

            using var client = new HttpClient();
            var metrics = await Until.HoldsAsync(
                () => client.GetStringAsync(new Uri($"http://{server.Admin}/metrics")),
                text => Regex.Matches(text, "(?m)(?<=^quickwater_connections_closed_total.* )[0-9]+$", RegexOptions.None, Patience).Sum(match => int.Parse(match.Value, CultureInfo.InvariantCulture)) == Connections,
                Patience, "every close is counted");
            Assert.Contains($"quickwater_connections_opened_total {Connections}\n", metrics, StringComparison.Ordinal);
            await server.StopAsync(CancellationToken.None);
        }

        var all = lines.ToString();
        Assert.InRange(all.Split('\n').Count(line => line.Contains("127.0.0.1:", StringComparison.Ordinal) && line.Contains("Connection ", StringComparison.Ordinal)), 2, PerAddressMax + 10);
        Assert.Contains("lines were left out within", all, StringComparison.Ordinal);
        Assert.Contains("Stopped after ", all, StringComparison.Ordinal);
    }

    private void Opened(ulong connection, IPEndPoint remote) => Log.Opened(_log, connection, "rtmp", remote);

    private void Closed(IPEndPoint remote, string reason) => Log.Closed(_log, LogLevel.Information, 1, "rtmp", remote, 0, 0, "text", reason);

    private void Faulted(IPEndPoint remote) => Log.Faulted(_log, new InvalidOperationException("x"), 1, "rtmp", remote);

    private static IPEndPoint Peer(int address, int port) => new(IPAddress.Parse($"10.{address / 65536}.{address / 256 % 256}.{address % 256}"), port);

    private sealed class ListLogger(List<string> lines, LogBudget? budget) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (budget?.Admits("Quickwater", eventId, logLevel, state as IReadOnlyList<KeyValuePair<string, object?>>) != false)
            {
                lines.Add(formatter(state, exception));
            }
        }
    }
}
