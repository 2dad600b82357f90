using System.Text;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>The base protocol, as a caller in any language sees it.</summary>
public sealed class ServerTests
{
    [Theory]
    [Requirement("RPC-2")]
    [InlineData("""{"method":"echo","params":{"a":[1,2,"x"]}}""", """{"result":{"a":[1,2,"x"]}}""")]
    [InlineData("""{"id":[{}],"params":7,"method":"echo","more":{"method":"no"}}""", """{"result":7}""")]
    [InlineData("""{"method":"\u0065cho"}""", """{"result":null}""")]
    [InlineData("""{"method":"ping"}""", """{"result":"pong"}""")]
    [InlineData("""{"method":"methods"}""", """{"result":["add","big","broken","bytes","echo","held","methods","ping","sleep","soon","stats","stream","throw"]}""")]
    [InlineData("""{"method":"stats"}""", """{"result":{"connections":1,"calls":0,"errors":0,"inFlight":0,"items":0}}""")]
    [InlineData("""{"method":"add","params":{"A":1,"B":2}}""", """{"result":{"Value":3}}""")]
    [InlineData("""{"method":"add","params":{"A":0,"B":2}}""", """{"result":null}""")]
    [InlineData("""{"method":"add","params":{"A":-1,"B":2}}""", """{"error":{"code":7,"message":"a \"is\" negative"}}""")]
    [InlineData("""{"method":"add","params":null}""", """{"error":{"code":-32602,"message":"The method needs parameters."}}""")]
    [InlineData("""{"method":"add","params":{"A":"x"}}""", """{"error":{"code":-32602,"message":"The parameters do not fit: $.A"}}""")]
    [InlineData("""{"method":"throw"}""", """{"error":{"code":-32603,"message":"The method failed."}}""")]
    [InlineData("""{"method":"broken"}""", """{"error":{"code":-32603,"message":"The method failed."}}""")]
    [InlineData("""{"method":"nothing"}""", """{"error":{"code":-32601,"message":"There is no such method."}}""")]
    [InlineData("""{"method":"bytes"}""", """{"error":{"code":-32006,"message":"The method does not take this encoding."}}""")]
    [InlineData("""{"method":"stream"}""", """{"error":{"code":-32006,"message":"The method gives a stream: call it for one."}}""")]
    [InlineData("""{"method":"sleep"}""", """{"error":{"code":-32602,"message":"The parameters do not fit: $"}}""")]
    [InlineData("""{"method":"sleep","params":{"ms":-1}}""", """{"error":{"code":-32602,"message":"ms is negative."}}""")]
    [InlineData("""{"method":"rpc.hello","params":{"version":0}}""", """{"error":{"code":-32602,"message":"Versions begin at 1."}}""")]
    [InlineData("""{"method":"rpc.hello"}""", """{"error":{"code":-32602,"message":"The parameters do not fit: $"}}""")]
    [InlineData("""{"method":5}""", """{"error":{"code":-32600,"message":"The body is not an object with a method."}}""")]
    [InlineData("""["method"]""", """{"error":{"code":-32600,"message":"The body is not an object with a method."}}""")]
    [InlineData("""{"params":5}""", """{"error":{"code":-32600,"message":"The body is not an object with a method."}}""")]
    [InlineData("{\"method\":\"ping\"\n,,}", """{"error":{"code":-32700,"message":"The body is not JSON: line 2, byte 2."}}""")]
    [InlineData("""{"method":"ping"} x""", """{"error":{"code":-32700,"message":"The body is not JSON: line 1, byte 19."}}""")]
    [InlineData("", """{"error":{"code":-32700,"message":"The body is not JSON: line 1, byte 1."}}""")]
    [InlineData("""["method" """, """{"error":{"code":-32700,"message":"The body is not JSON: line 1, byte 11."}}""")]
    [InlineData("[] x", """{"error":{"code":-32700,"message":"The body is not JSON: line 1, byte 4."}}""")]
    public void A_request_has_this_answer(string request, string answer)
    {
        using var served = new Served();
        Assert.Equal(answer, served.AskOne(Frame.Of(1, request)));
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
    }

    [Theory]
    [InlineData("""{"m\ud83d":1,"method":"ping"}""")]
    [InlineData("""{"\ude00thod":1,"method":"ping"}""")]
    [InlineData("""{"method":"pin\ud83d"}""")]
    [InlineData("""{"method":"ech\ud83d\u006f"}""")]
    public void Half_a_surrogate_pair_in_a_name_is_answered_with_an_error_and_the_connection_goes_on(string request)
    {
        using var served = new Served();
        Assert.Equal("""{"error":{"code":-32700,"message":"The body has an escape that is no character."}}""", served.AskOne(Frame.Of(1, request)));
        Assert.Equal("""{"result":"pong"}""", served.AskOne(Frame.Of(2, """{"method":"ping"}""")));
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
    }

    [Fact]
    public void A_body_that_is_not_UTF_8_or_has_an_endless_name_is_answered_too()
    {
        using var served = new Served(tellsFaults: false);
        Assert.Contains("not UTF-8", served.AskOne(Frame.Of(1, [0x22, 0xFF, 0x22])), StringComparison.Ordinal);
        var name = string.Concat(Enumerable.Repeat("\\u0061", 300));
        Assert.Contains("-32601", served.AskOne(Frame.Base(2, name)), StringComparison.Ordinal);
        Assert.Contains("-32603", served.AskOne(Frame.Base(3, "throw")), StringComparison.Ordinal);
        Assert.Contains("-32603", served.AskOne(Frame.Base(4, "broken")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_that_throws_is_told_to_the_server()
    {
        using var served = new Served();
        served.Ask(Frame.Base(1, "throw"), Frame.Base(2, "broken"));
        Assert.Equal(["throw: a fault", "broken: a fault at its start"], served.Faults);
    }

    [Fact]
    [Requirement("RPC-1", "RPC-10")]
    public void A_stream_of_requests_cut_anywhere_gives_the_same_answers()
    {
        byte[] input =
        [
            .. Frame.Base(1, "ping"), .. Frame.Base(0xFFFFFFFF, "echo", "\"é\""), .. Frame.Of(2, ""), .. Frame.Base(3, "echo", $"\"{new string('x', 200)}\""),
        ];
        using var whole = new Served();
        whole.Driver.Feed(input);
        var expected = whole.Driver.Output();

        for (var cut = 0; cut <= input.Length; cut++)
        {
            using var served = new Served();
            served.Driver.Feed(input.AsSpan(0, cut));
            served.Driver.Feed(input.AsSpan(cut));
            Assert.Equal(expected, served.Driver.Output());
        }

        using var byByte = new Served();
        foreach (var one in input)
        {
            byByte.Driver.Feed([one]);
        }

        Assert.Equal(expected, byByte.Driver.Output());
    }

    [Fact]
    [Requirement("RPC-10")]
    public void A_long_request_cut_anywhere_is_collected()
    {
        var text = $"\"{new string('y', 9000)}\"";
        var input = Frame.Base(5, "echo", text);
        for (var cut = 0; cut < input.Length; cut += 97)
        {
            using var served = new Served();
            served.Driver.Feed(input.AsSpan(0, cut));
            served.Driver.Feed(input.AsSpan(cut));
            Assert.Equal($$"""{"result":{{text}}}""", Assert.Single(served.Driver.Frames()).Text);
        }
    }

    [Fact]
    [Requirement("RPC-12")]
    public void A_thousand_requests_in_one_segment_are_answered_in_one_send()
    {
        using var served = new Served();
        var frames = served.Ask([.. Enumerable.Range(0, 1000).Select(i => Frame.Base((uint)i, "echo", $"{i}"))]);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => ((uint)i, $$"""{"result":{{i}}}""")), frames.Select(frame => (frame.Id, frame.Text)));
        Assert.Equal(1, served.Driver.Sends);
        Assert.Equal(1000, served.Server.Stats.Calls);
    }

    [Fact]
    [Requirement("RPC-3", "RPC-11")]
    public void A_fast_request_overtakes_slow_ones()
    {
        using var served = new Served();
        var first = served.Ask(
            Frame.Base(1, "held"), Frame.Base(2, "sleep", """{"ms":50}"""), Frame.Base(3, "sleep", """{"ms":20}"""), Frame.Base(4, "ping"));
        Assert.Equal(4u, Assert.Single(first).Id);
        served.Driver.Pass(TimeSpan.FromMilliseconds(19));
        Assert.Empty(served.Driver.Frames());
        served.Driver.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal("""{"result":{"slept":20}}""", Assert.Single(served.Driver.Frames()).Text);
        served.Driver.Pass(TimeSpan.FromMilliseconds(30));
        Assert.Equal(2u, Assert.Single(served.Driver.Frames()).Id);
        served.Held.Calls[0].Complete("\"late\""u8);
        served.Held.Calls.Clear();
        served.Driver.Turn();
        var last = Assert.Single(served.Driver.Frames());
        Assert.Equal((1u, """{"result":"late"}"""), (last.Id, last.Text));
    }

    [Fact]
    [Requirement("RPC-4")]
    public void Late_answers_are_whole_frames_and_leave_in_one_send()
    {
        using var served = new Served();
        served.Driver.BatchBytes = 4096; // frames are cut between batches, and still whole
        served.Ask([.. Enumerable.Range(0, 256).Select(i => Frame.Base((uint)i, "held"))]);
        var calls = served.Held.Calls.ToArray();
        served.Held.Calls.Clear();
        new Random(1).Shuffle(calls);
        Parallel.ForEach(calls, call => call.Complete(Encoding.UTF8.GetBytes($"\"{new string((char)('a' + (call.GetHashCode() & 15)), 100)}\"")));
        Assert.Equal(1, served.Driver.Wakes);
        served.Driver.Turn();
        var frames = served.Driver.Frames();
        Assert.Equal(Enumerable.Range(0, 256), frames.Select(frame => (int)frame.Id).Order());
        Assert.All(frames, frame => Assert.Single(frame.Text[12..^3].Distinct()));
        Assert.True(served.Driver.Sends <= 10, $"{served.Driver.Sends} sends");
    }

    [Fact]
    [Requirement("RPC-5")]
    public void Ten_thousand_calls_wait_on_no_thread()
    {
        using var served = new Served(new RpcLimits { InFlightPerConnectionMax = 10_000 });
        served.Ask([.. Enumerable.Range(0, 10_000).Select(i => Frame.Base((uint)i, i % 2 == 0 ? "held" : "sleep", """{"ms":100}"""))]);
        Assert.Equal(10_000, served.Server.Stats.InFlight); // and this test is one thread, which goes on
        served.Driver.Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal(5000, served.Driver.Frames().Count);
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Equal(5000, served.Driver.Frames().Count);
    }

    [Theory]
    [Requirement("RPC-6")]
    [InlineData(0x00DEBABE)]
    [InlineData(0x47455420)] // "GET "
    public void A_wrong_magic_ends_the_connection_behind_the_answers_it_has_earned(uint magic)
    {
        using var served = new Served();
        var wrong = Frame.Base(2, "ping");
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(wrong, magic);
        Assert.Equal("""{"result":"pong"}""", Assert.Single(served.Ask(Frame.Base(1, "ping"), wrong, Frame.Base(3, "ping"))).Text);
        Assert.Equal(Reason.MalformedHeader, served.Driver.Session.Ended);
    }

    [Fact]
    [Requirement("RPC-6")]
    public void Another_connection_goes_on_when_one_is_malformed()
    {
        using var served = new Served();
        using var other = new Driver(_ => served.Server);
        other.Feed(new byte[12]);
        Assert.Equal(Reason.MalformedHeader, other.Session.Ended);
        other.Close();
        Assert.Equal("""{"result":"pong"}""", served.AskOne(Frame.Base(1, "ping")));
    }

    [Theory]
    [Requirement("RPC-7")]
    [InlineData(1025)]
    [InlineData(0xFFFFFFFF)]
    public void A_body_longer_than_allowed_ends_the_connection_before_it_is_kept(uint length)
    {
        using var served = new Served(new RpcLimits { BodyBytesMax = 1024 });
        served.Ask(Frame.Base(1, "ping"));
        served.Driver.Feed([.. Frame.Header(2, length), .. new byte[900]]);
        Assert.Equal(Reason.MessageTooLarge, served.Driver.Session.Ended);
        Assert.Equal(0, served.Driver.Leaks.Read().Buffers);
        Assert.Equal($$$"""{"error":{"code":-32009,"message":"The body has {{{length}}} bytes; this server takes 1024."}}""", Assert.Single(served.Driver.Frames()).Text);
    }

    [Fact]
    public void A_body_as_long_as_allowed_is_taken_and_a_result_beyond_it_is_an_error()
    {
        using var served = new Served(new RpcLimits { BodyBytesMax = 1024 });
        var rest = 1024 - """{"method":"echo","params":""}""".Length;
        Assert.Contains("xxx", served.AskOne(Frame.Base(1, "echo", $"\"{new string('x', rest)}\"")), StringComparison.Ordinal);
        Assert.Contains("-32004", served.AskOne(Frame.Base(2, "big")), StringComparison.Ordinal);
        served.Ask(Frame.Base(3, "held"));
        served.Held.Calls[0].Complete(new byte[1100]);
        served.Held.Calls.Clear();
        served.Driver.Turn();
        Assert.Contains("-32004", Assert.Single(served.Driver.Frames()).Text, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("RPC-8")]
    public void A_drain_answers_everything_that_was_read_and_reads_no_more()
    {
        using var served = new Served();
        served.Ask(Frame.Base(1, "held"), Frame.Base(2, "sleep", """{"ms":5}"""));
        served.Driver.Tell(Command.Drain);
        served.Driver.Tell(Command.Drain); // a second one changes nothing
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
        served.Driver.Feed(Frame.Base(3, "ping"));
        Assert.Empty(served.Driver.Frames());
        served.Driver.Pass(TimeSpan.FromMilliseconds(5));
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Equal([2u, 1u], served.Driver.Frames().Select(frame => frame.Id));
        Assert.Equal(Reason.Drained, served.Driver.Session.Ended);
    }

    [Fact]
    [Requirement("RPC-8")]
    public void A_drain_takes_the_requests_that_were_read_but_had_no_place_and_not_those_behind()
    {
        using var served = new Served(new RpcLimits { InFlightPerConnectionMax = 2 });
        served.Ask([.. Enumerable.Range(1, 10).Select(i => Frame.Base((uint)i, "held")), Frame.Base(11, "ping")[..5]]);
        Assert.True(served.Driver.Paused);
        served.Driver.Tell(Command.Drain);
        served.Driver.Feed([.. Frame.Base(11, "ping")[5..], .. Frame.Base(12, "ping")]); // read by the system after the drain
        var answered = new List<uint>();
        for (var round = 0; round < 5; round++)
        {
            Assert.Equal(2, served.Held.Calls.Count);
            served.Held.AnswerAll();
            served.Driver.Turn();
            answered.AddRange(served.Driver.Frames().Select(frame => frame.Id));
        }

        Assert.Equal(Enumerable.Range(1, 10).Select(i => (uint)i), answered);
        Assert.Equal(Reason.Drained, served.Driver.Session.Ended);
    }

    [Fact]
    [Requirement("RPC-15")]
    public void The_library_needs_nothing_but_the_base_class_library()
    {
        var references = typeof(RpcServer).Assembly.GetReferencedAssemblies().Concat(typeof(Engine).Assembly.GetReferencedAssemblies());
        Assert.All(references, one => Assert.True(
            one.Name == "Quickwater.Core" || (one.Name ?? "").StartsWith("System.", StringComparison.Ordinal), one.FullName));
    }

    [Fact]
    public void A_peer_that_finishes_its_side_still_gets_its_answers()
    {
        using var served = new Served();
        served.Ask(Frame.Base(1, "held"));
        served.Driver.Finish();
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Single(served.Driver.Frames());
        Assert.Equal(Reason.PeerClosed, served.Driver.Session.Ended);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6000)]
    public void Input_that_ends_within_a_frame_is_named_truncated(int bytes)
    {
        using var served = new Served();
        served.Driver.Feed(Frame.Base(1, "echo", $"\"{new string('x', 9000)}\"").AsSpan(0, bytes));
        served.Driver.Finish();
        Assert.Equal(Reason.TruncatedInput, served.Driver.Session.Ended);
    }

    [Fact]
    public void The_first_reason_to_finish_wins()
    {
        using var served = new Served();
        served.Ask(Frame.Base(1, "held"));
        served.Driver.Finish();
        served.Driver.Tell(Command.Drain);
        served.Driver.Session.Tick(served.Driver.Now); // a tick may come early
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Equal(Reason.PeerClosed, served.Driver.Session.Ended);
    }
}
