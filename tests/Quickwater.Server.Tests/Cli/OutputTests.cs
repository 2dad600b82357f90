using System.Globalization;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Where the output of commands goes, and what becomes of them when it goes nowhere.</summary>
public sealed class OutputTests
{
    private const string Full = "standard output cannot be written: No space left on device";

    /// <summary>Every command that prints and needs no server.</summary>
    public static TheoryData<string> Printing =>
        ["--help", "--version", "", "serve --help", "config", "config dump", "config dump --json", "config reference", "config validate /dev/null", "sim echo --seeds 1"];

    [Theory]
    [MemberData(nameof(Printing))]
    public async Task A_full_disk_behind_standard_output_is_said_and_ends_with_1(string arguments)
    {
        var (code, _, error) = await Shell.RunAsync($"exec $QW {arguments} > /dev/full");

        Assert.Equal((1, $"quickwater: {Full}\n"), (code, error));
    }

    [Theory]
    [MemberData(nameof(Printing))]
    public async Task A_closed_standard_output_is_said_and_ends_with_1(string arguments)
    {
        var (code, _, error) = await Shell.RunAsync($"exec $QW {arguments} >&-");

        Assert.Equal((1, "quickwater: standard output is closed\n"), (code, error));
    }

    [Theory]
    [InlineData("config reference")]
    [InlineData("--help")]
    [InlineData("sim echo --seeds 1")]
    public async Task A_reader_that_has_enough_ends_a_command_quietly(string arguments)
    {
        var (_, output, error) = await Shell.RunAsync($"{{ $QW {arguments}; echo \"code $?\" >&2; }} | true");

        Assert.Equal(("", "code 0\n"), (output, error));
    }

    [Theory]
    [InlineData("2> /dev/full")]
    [InlineData("2>&-")]
    public async Task A_standard_error_that_takes_nothing_changes_no_code(string error)
    {
        var (code, output, _) = await Shell.RunAsync($"exec $QW nothing {error}");

        Assert.Equal((2, ""), (code, output));
    }

    [Fact]
    public Task Play_and_listen_end_well_when_their_reader_has_enough_and_fail_when_their_output_cannot_be_written() => EachAsync(async (command, folder) =>
    {
        var enough = await Shell.RunAsync($"{{ $QW {command} -o -; echo \"code $?\" >&2; }} | head -c 1000 | wc -c");
        var full = await Shell.RunAsync($"exec $QW {command} -o - > /dev/full");
        var file = await Shell.RunAsync($"exec $QW {command} -o /dev/full");
        var nowhere = await Shell.RunAsync($"exec $QW {command} -o {folder}/none/x");

        Assert.Equal("1000", enough.Output.Trim());
        Assert.EndsWith("code 0\n", enough.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("quickwater: ", enough.Error, StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), (full.Code, file.Code, nowhere.Code));
        Assert.EndsWith($"quickwater: {Full}\n", full.Error, StringComparison.Ordinal);
        Assert.Contains("quickwater: writing failed: No space left on device", file.Error, StringComparison.Ordinal);
        Assert.Contains($"quickwater: --output: {folder}/none/x cannot be written", nowhere.Error, StringComparison.Ordinal);
        Assert.All([full, file, nowhere], run => Assert.DoesNotContain("the server said", run.Error, StringComparison.Ordinal));
    });

    [ToolFact("mkfifo")]
    public Task A_reader_that_reads_nothing_does_not_keep_play_and_listen_from_ending() => EachAsync(async (command, folder) =>
    {
        const int PipeBytes = 65_536; // what a pipe of Linux holds
        const int PageBytes = 4096; // three seconds of either are ten times that
        foreach (var filled in new[] { PipeBytes - PageBytes, PipeBytes })
        {
            // The pipe is full soon, or already; the reader holds it open until the command has ended, and then counts what is in it.
            var over = await Fifo.MakeAsync($"{folder}/over");
            var (_, output, error) = await Shell.RunAsync(
                $"{{ head -c {filled} /dev/zero; $QW {command} -o - --duration 3; echo \"code $?\" >&2; echo > {over}; }} | {{ read -r _ < {over}; wc -c; }}; rm {over}");

            Assert.InRange(int.Parse(output, CultureInfo.InvariantCulture), Math.Min(filled + 1, PipeBytes), PipeBytes);
            Assert.EndsWith("code 0\n", error, StringComparison.Ordinal);
        }
    });

    [Fact]
    public async Task What_a_server_answers_is_printed_or_its_failure_is()
    {
        using var folder = new TemporaryFolder();
        var (speech, _, _) = Sound.Speech(folder);
        await using var server = await RunningServer.StartAsync($"audio.stations=speech={speech}");
        foreach (var command in new[] { $"call {server.Server.Rpc} ping", $"listen {server.Server.Audio} --list", $"health http://{server.Server.Admin}" })
        {
            var good = await Shell.RunAsync($"exec $QW {command}");
            var full = await Shell.RunAsync($"exec $QW {command} > /dev/full");

            Assert.True(good is { Code: 0, Output.Length: > 0 }, good.ToString());
            Assert.Equal((1, $"quickwater: {Full}\n"), (full.Code, full.Error));
        }
    }

    [Fact]
    public async Task A_play_that_comes_to_nothing_says_what_it_waits_for_and_shows_no_zeros()
    {
        await using var server = await RunningServer.StartAsync("rtmp.waitForStream=3s");

        var (code, _, error) = await Shell.RunAsync($"exec $QW play {server.Url("live/none")}");

        Assert.Equal(1, code);
        Assert.Contains("waiting for the stream to begin", error, StringComparison.Ordinal);
        Assert.Contains("StreamNotFound", error, StringComparison.Ordinal);
        Assert.DoesNotContain("video 0", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_line_of_a_transfer_has_the_rate_of_the_whole()
    {
        await using var server = await RunningServer.StartAsync();
        using var stop = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/a", Clip.Cut(400), loop: true, stop.Token);

        var (code, _, error) = await Shell.RunAsync($"exec $QW play {server.Url("live/a")} --duration 2");
        await stop.CancelAsync();
        await publishing;

        Assert.Equal(0, code);
        Assert.Matches(", [1-9][0-9]* kb/s\n$", error);
    }

    [Fact]
    public async Task A_file_that_is_no_FLV_is_blamed_itself_and_no_server_is_asked()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("README.md", "# A text\n");
        var empty = folder.Write("empty.flv", "");

        var wrong = await Shell.RunAsync($"exec $QW publish {text} rtmp://127.0.0.1:1/live/a");
        var none = await Shell.RunAsync($"exec $QW publish {empty} rtmp://127.0.0.1:1/live/a");

        Assert.Equal((1, $"quickwater: {text} cannot be published: it is no FLV file, or has no whole frame [malformed_container]\n"), (wrong.Code, wrong.Error));
        Assert.Equal((1, $"quickwater: {empty} cannot be published: it has no frame\n"), (none.Code, none.Error));
    }

    // Both commands, with a server that has something for them, and a folder.
    private static async Task EachAsync(Func<string, string, Task> runAsync)
    {
        using var folder = new TemporaryFolder();
        var (speech, _, _) = Sound.Speech(folder);
        await using var server = await RunningServer.StartAsync($"audio.stations=speech={speech}");
        using var stop = new CancellationTokenSource();
        var publishing = Clip.PublishAsync(server, "live/a", Clip.Cut(400), loop: true, stop.Token);
        await runAsync($"play {server.Url("live/a")}", folder.Path);
        await runAsync($"listen {server.Server.Audio}/speech", folder.Path);
        await stop.CancelAsync();
        await publishing;
    }
}
