using System.Text.Json;
using Microsoft.Extensions.Logging;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

public sealed class LogLineTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 6, TimeSpan.Zero);

    [Fact]
    public void What_a_peer_sends_cannot_break_out_of_its_line()
    {
        var line = LogLine.Text(At, LogLevel.Warning, "stream a\nb\u001b[31m\u2028c", null);

        Assert.Equal("2026-01-02T03:04:05.006Z warning stream a\\nb\\u001b[31m\\u2028c", line);
    }

    [Fact]
    [Requirement("RTMP-18.6")]
    public void A_json_line_is_an_object_with_the_fields_of_the_entry()
    {
        var line = LogLine.Json(
            At, LogLevel.Information, "Quickwater.Server", new EventId(1, "ConnectionOpened"), "opened \"x\"\n",
            [new("Connection", 5ul), new("Seconds", 1.5), new("Bytes", long.MaxValue), new("Late", true), new("Nothing", null), new("{OriginalFormat}", "…")], new InvalidOperationException("why"));

        Assert.DoesNotContain('\n', line);
        using var json = JsonDocument.Parse(line);
        Assert.Equal("info", json.RootElement.GetProperty("level").GetString());
        Assert.Equal("opened \"x\"\n", json.RootElement.GetProperty("message").GetString());
        Assert.Equal("ConnectionOpened", json.RootElement.GetProperty("event").GetString());
        Assert.Equal(5, json.RootElement.GetProperty("connection").GetInt32());
        Assert.Equal(1.5, json.RootElement.GetProperty("seconds").GetDouble());
        Assert.Equal(long.MaxValue, json.RootElement.GetProperty("bytes").GetInt64());
        Assert.True(json.RootElement.GetProperty("late").GetBoolean());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("nothing").ValueKind);
        Assert.Contains("why", json.RootElement.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.False(json.RootElement.TryGetProperty("{OriginalFormat}", out _));
    }

    [Fact]
    public void A_json_line_does_nothing_to_a_terminal_and_keeps_what_was_said()
    {
        const string Hostile = "\u001b[2J\u009b\u2028\u202e";
        var line = LogLine.Json(At, LogLevel.Warning, "Quickwater.Server", default, Hostile, [new("Stream", Hostile)], null);

        Assert.DoesNotContain(line, c => char.IsControl(c) || c is '\u2028' or '\u202e');
        using var json = JsonDocument.Parse(line);
        Assert.Equal(Hostile, json.RootElement.GetProperty("message").GetString());
        Assert.Equal(Hostile, json.RootElement.GetProperty("stream").GetString());
    }

    [Theory]
    [Requirement("RTMP-18.1")]
    [InlineData(LogLevel.Information, "Quickwater.Server", LogLevel.Debug, false)]
    [InlineData(LogLevel.Information, "Quickwater.Server", LogLevel.Information, true)]
    [InlineData(LogLevel.Information, "Microsoft.AspNetCore", LogLevel.Information, false)]
    [InlineData(LogLevel.Information, "Microsoft.AspNetCore", LogLevel.Warning, true)]
    [InlineData(LogLevel.Error, "Microsoft.AspNetCore", LogLevel.Warning, false)]
    public async Task Levels_decide_what_is_written(LogLevel least, string category, LogLevel level, bool written)
    {
        using var text = new StringWriter();
        await using (var sink = new LogSink(text, owned: false))
        {
            using var provider = new LineLoggerProvider(sink, LogFormat.Text, least, TimeProvider.System);
            provider.CreateLogger(category).Log(level, 0, "x", null, (state, _) => state);
        }

        Assert.Equal(written, text.ToString().Length > 0);
    }
}
