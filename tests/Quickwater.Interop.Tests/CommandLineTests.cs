using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>The commands as an operator types them.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class CommandLineTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    [Requirement("RTMP-3.4", "RTMP-4.1", "RTMP-4.11")]
    public async Task Play_gives_the_tags_that_publish_took_from_its_file()
    {
        await using var server = await ServerProcess.StartAsync(output);
        using var files = new TemporaryFolder();
        await using var player = Executable.Start("play", server.RtmpUrl("live/a"), "-o", files["out.flv"]);
        await server.Log.FirstAsync(" joined stream live/a", Patience);

        await using var publisher = Executable.Start("publish", Executable.DemoClip, server.RtmpUrl("live/a"));

        Assert.Equal(0, await publisher.ExitAsync(Patience));
        Assert.Equal(0, await player.ExitAsync(Patience));
        var sent = await FlvFile.ReadAsync(Executable.DemoClip);
        var received = await FlvFile.ReadAsync(files["out.flv"]);
        Assert.Equal(FromZero(sent), FromZero(received));
    }

    [Theory]
    [InlineData("rtmp.listen", "nowhere")]
    [InlineData("rtmp.chunkSize", "64")]
    [InlineData("shutdown.grace", "soon")]
    [Requirement("RTMP-17.4")]
    public async Task A_wrong_setting_ends_with_2_and_names_key_and_value_and_what_is_allowed(string key, string value)
    {
        await using var server = Executable.Start("serve", "--set", $"{key}={value}");

        Assert.Equal(2, await server.ExitAsync(Patience));
        Assert.Contains($"{key}: {value} is not allowed; allowed: ", server.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_ends_with_1_and_says_so()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        using var files = new TemporaryFolder();

        await using var server = Executable.Start(
            "serve", "--set", $"rtmp.listen={taken.LocalEndPoint}", "--set", $"data.directory={files["data"]}");

        Assert.Equal(1, await server.ExitAsync(Patience));
        Assert.Contains($"{taken.LocalEndPoint}", server.Error.Text, StringComparison.Ordinal);
        Assert.Contains("in use", server.Error.Text, StringComparison.Ordinal);
    }

    [OtherAddressFact("ffmpeg")]
    [Requirement("RTMP-15.1", "RTMP-15.2/list", "RTMP-15.5", "RTMP-3.3")]
    public async Task From_another_address_a_publisher_needs_the_key_that_the_first_start_printed()
    {
        var host = OtherAddressFactAttribute.Address ?? throw new InvalidOperationException("This machine has no address but loopback.");
        await using var server = await ServerProcess.StartAsync(output, "--set", "rtmp.listen=0.0.0.0:0");
        var printed = await server.Process.Output.FirstAsync("(made now", Patience);
        var key = Regex.Match(printed, "[0-9a-f]{32}", RegexOptions.ExplicitCapture).Value;
        Assert.Equal(32, key.Length);
        var url = $"rtmp://{host}:{server.Rtmp.Port}/live/a";

        await using var without = Ffmpeg.Publish(url, seconds: 5);
        Assert.NotEqual(0, await without.ExitAsync(Patience));
        await server.Log.FirstAsync("a stream key [key_required]", Patience);

        await using var wrong = Ffmpeg.Publish($"{url}?key=00000000000000000000000000000000", seconds: 5);
        Assert.NotEqual(0, await wrong.ExitAsync(Patience));
        await server.Log.FirstAsync("access control refused it [access_denied]", Patience);
        Assert.Equal(0, (await server.MetricsAsync()).Sum("quickwater_stream_frames_total"));

        await using var with = Ffmpeg.Publish($"{url}?key={key}", seconds: 30);
        await server.LiveAsync("live/a");
        Assert.DoesNotContain(key, server.Log.Text, StringComparison.Ordinal);
    }

    private static IEnumerable<Tag> FromZero(IReadOnlyList<Tag> tags) =>
        tags.Select(tag => tag with { Timestamp = tag.Timestamp - tags[0].Timestamp });
}
