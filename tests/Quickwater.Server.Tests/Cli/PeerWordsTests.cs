using System.Text;
using System.Text.Json;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Server.Tests;

/// <summary>What a server says is shown by the commands, and cannot do anything to the terminal.</summary>
public sealed class PeerWordsTests
{
    private const string Hostile = "no\u001b]0;title\u0007\r\nquickwater: all is well";
    private const string Shown = @"no\u001b]0;title\u0007\r\nquickwater: all is well";

    [Fact]
    public void The_line_of_a_retry_stays_one_line()
    {
        using var error = new StringWriter();
        var environment = new CommandEnvironment(TextWriter.Null, error, false, []);

        ReconnectOption.Tell(new TransferCounts(), environment)(new RetryNotice(
            new ClientFailure(Reason.RefusedByPeer, "NetStream.Play.\u001b[5m", Hostile), TimeSpan.FromSeconds(1)));

        Assert.Equal(
            $@"quickwater: not connected: the server said: NetStream.Play.\u001b[5m: {Shown}; trying again in 1.0 s" + Environment.NewLine, error.ToString());
    }

    [Fact]
    public void A_failure_is_shown_on_one_line_and_kept_as_it_came()
    {
        var failure = new ClientException(new ClientFailure(Reason.RefusedByPeer, "", Hostile));
        Assert.Equal("the server said: " + Shown, failure.Message);
        Assert.Equal(Hostile, failure.Failure.Description);

        var error = new RpcException(new RpcError(RpcErrorCode.InternalError, Hostile));
        Assert.StartsWith(Shown, error.Message, StringComparison.Ordinal);
        Assert.Equal(Hostile, error.Error.Message);
    }

    [Fact]
    public void A_result_is_one_line_that_means_the_same()
    {
        var line = CallCommand.Line(Encoding.UTF8.GetBytes("{\r\n\t\"a\": \"\u009b31m\u2028\u202e\"\n}"));

        Assert.DoesNotContain(line, c => char.IsControl(c) || c is '\u2028' or '\u202e');
        Assert.Equal("\u009b31m\u2028\u202e", JsonDocument.Parse(line).RootElement.GetProperty("a").GetString());
    }
}
