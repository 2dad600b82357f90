using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Rtmp;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

public sealed class QuickwaterServerTests
{
    [Theory]
    [Requirement("RTMP-17.4")]
    [InlineData("rtmp")]
    [InlineData("http")]
    [InlineData("admin")]
    public async Task An_address_in_use_is_a_named_failure_and_nothing_is_left(string system)
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var sets = new[] { "rtmp", "http", "admin" }.Select(one => $"{one}.listen={(one == system ? taken.LocalEndPoint : "127.0.0.1:0")}");
        var configuration = ServerConfiguration.From(ConfigurationLoader.Load(null, [], sets, out var problems));
        Assert.Empty(problems);
        using var lines = new StringWriter();
        await using var sink = new LogSink(lines, owned: false);
        using var log = new LineLoggerProvider(sink, LogFormat.Text, LogLevel.Debug, TimeProvider.System);
        await using var server = new QuickwaterServer(
            configuration, StreamKeys.Load(new TextList(["aaaaaaaa"]), ""), log, TimeProvider.System);

        var failure = await server.StartAsync(CancellationToken.None);

        Assert.Equal((system, Reason.AddressInUse), (failure?.System, failure?.Why));
        await server.DisposeAsync();
        Assert.True(server.Leaks.Read().IsZero);
    }

    [Fact]
    [Requirement("RTMP-19.1", "RTMP-19.6")]
    public async Task Stopping_ends_publishers_and_viewers_and_says_what_was_served()
    {
        var server = await RunningServer.StartAsync();
        var publishing = Clip.PublishAsync(server, "live/a", Clip.Cut(400), loop: true);
        using var view = await server.Client.GetAsync(server.Http("/live/a.flv"), HttpCompletionOption.ResponseHeadersRead);

        var rtmp = server.Rtmp;
        await server.Server.StopAsync(CancellationToken.None);
        await publishing;
        using var player = new FlvPlayer(null);
        var refused = await player.RunAsync($"rtmp://{rtmp}/live/a", new RtmpPlayerOptions(), CancellationToken.None);
        await server.DisposeAsync();

        Assert.Equal(Reason.ConnectionRefused, refused.Why);
        Assert.Contains("2 connections and 1 streams served", server.Lines, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("RTMP-18.2")]
    public async Task Every_event_is_logged_with_whom_and_why()
    {
        var server = await RunningServer.StartAsync();
        await using (server)
        {
            var playing = Clip.PlayAsync(server, "live/a");
            await Clip.PublishAsync(server, $"live/a?key={RunningServer.Key}", Clip.Cut(200));
            await playing;
        }

        var lines = server.Lines;
        Assert.Matches(@"Connection \d+ opened: rtmp from 127\.0\.0\.1:\d+", lines);
        Assert.Matches(@"Publishing live/a \(key te\*\*\*\) by connection \d+ from 127\.0\.0\.1:\d+: allowed as holder of a publish key \[none\]", lines);
        Assert.Matches(@"Stream live/a is live: published by connection \d+", lines);
        Assert.Matches(@"Stream live/a ended: .*\[completed\]", lines);
        Assert.Matches(@"A viewer joined stream live/a, which has 1 now: connection \d+ \(rtmp from 127\.0\.0\.1:\d+\)", lines);
        Assert.Matches(
            @"A viewer left stream live/a: \d+ frames delivered, 0 dropped \(none\): connection \d+ \(rtmp from 127\.0\.0\.1:\d+\)", lines);
        Assert.Matches(@"Connection \d+ ended: rtmp from .*\[[a-z_]+\]", lines);
        Assert.DoesNotContain(RunningServer.Key, lines, StringComparison.Ordinal);
    }
}
