using System.Text;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

public sealed class WireTests
{
    [Fact]
    [Requirement("RPC-2")]
    public void A_header_is_magic_id_and_length_in_big_endian()
    {
        var bytes = new byte[12];
        new RpcHeader(0x01020304, 0x0A0B0C0D).Write(bytes);
        Assert.Equal([0xC0, 0xDE, 0xBA, 0xBE, 1, 2, 3, 4, 0xA, 0xB, 0xC, 0xD], bytes);
        Assert.Equal(RpcHeaderStatus.Read, RpcHeader.TryRead(bytes, out var header));
        Assert.Equal(new RpcHeader(0x01020304, 0x0A0B0C0D), header);
        bytes[0] = 0;
        Assert.Equal(RpcHeaderStatus.WrongMagic, RpcHeader.TryRead(bytes, out _));
    }

    [Fact]
    [Requirement("RPC-9")]
    public void Fewer_than_12_bytes_are_named_too_short_and_stay_where_they_are()
    {
        var frame = Frame.Base(1, "ping");
        for (var length = 0; length < RpcHeader.Bytes; length++)
        {
            Assert.Equal(RpcHeaderStatus.TooShort, RpcHeader.TryRead(frame.AsSpan(0, length), out var header));
            Assert.Equal(default, header);
            var reader = new RpcFrameReader(1000, new PooledBytes.Pool(new LeakCounters()));
            Assert.Equal(RpcReadStatus.NeedMore, reader.Read(frame.AsSpan(0, length), out var consumed, out _, out _));
            Assert.Equal(0, consumed);
            Assert.False(reader.IsInsideFrame);
        }
    }

    [Fact]
    [Requirement("RPC-7")]
    public void A_body_that_is_too_long_is_passed_over_in_whatever_pieces_it_comes_and_nothing_of_it_is_kept()
    {
        var leaks = new LeakCounters();
        var reader = new RpcFrameReader(100, new PooledBytes.Pool(leaks));
        byte[] stream = [.. Frame.Of(7, new byte[101]), .. Frame.Of(8, "x")];
        Assert.Equal(RpcReadStatus.TooLong, reader.Read(stream, out var at, out var header, out _));
        Assert.Equal((7u, 101u, RpcHeader.Bytes), (header.RequestId, header.BodyBytes, at));
        Assert.True(reader.IsInsideFrame);
        Assert.Equal(RpcReadStatus.NeedMore, reader.Read(stream.AsSpan(at, 100), out var consumed, out _, out _));
        Assert.Equal(100, consumed);
        Assert.True(leaks.Read().IsZero);
        Assert.Equal(RpcReadStatus.Frame, reader.Read(stream.AsSpan(at + 100), out consumed, out header, out var body));
        Assert.Equal((8u, stream.Length - at - 100), (header.RequestId, consumed));
        Assert.True(body.SequenceEqual("x"u8));
        Assert.False(reader.IsInsideFrame);
    }

    [Fact]
    public void A_long_body_is_collected_as_it_comes_and_can_be_held()
    {
        var leaks = new LeakCounters();
        var reader = new RpcFrameReader(100_000, new PooledBytes.Pool(leaks));
        var body = Enumerable.Range(0, 50_000).Select(i => (byte)i).ToArray();
        var frame = Frame.Of(7, body);
        Assert.Equal(RpcReadStatus.NeedMore, reader.Read(frame.AsSpan(0, 5000), out var consumed, out _, out _));
        Assert.Equal(5000, consumed);
        Assert.True(reader.IsInsideFrame);
        Assert.Equal(RpcReadStatus.NeedMore, reader.Read(frame.AsSpan(5000, 5000), out consumed, out _, out var part));
        Assert.True(part.IsEmpty);
        Assert.Equal(RpcReadStatus.Frame, reader.Read([.. frame.AsSpan(10_000), 1, 2, 3], out consumed, out var header, out var whole));
        Assert.Equal(frame.Length - 10_000, consumed);
        Assert.True(whole.SequenceEqual(body));
        Assert.False(reader.IsInsideFrame);

        Assert.Equal(consumed, reader.Hold(consumed)); // those bytes are gone, but the frame is not
        Assert.Equal(RpcReadStatus.Frame, reader.Read([1, 2, 3], out consumed, out header, out whole));
        Assert.Equal((0, 7u), (consumed, header.RequestId));
        Assert.True(whole.SequenceEqual(body));
        Assert.Equal(RpcReadStatus.NeedMore, reader.Read([0xC0, 0xDE, 0xBA], out _, out _, out _));
        Assert.True(leaks.Read().IsZero);
        Assert.Equal(0, reader.Hold(100)); // a frame that lies in the input is not taken from it
    }

    [Fact]
    public void A_reader_collects_one_long_body_after_another()
    {
        var leaks = new LeakCounters();
        var reader = new RpcFrameReader(100_000, new PooledBytes.Pool(leaks));
        for (uint id = 1; id <= 3; id++)
        {
            var frame = Frame.Of(id, Enumerable.Repeat((byte)id, 10_000).ToArray());
            Assert.Equal(RpcReadStatus.NeedMore, reader.Read(frame.AsSpan(0, 5000), out var consumed, out _, out _));
            Assert.True(reader.IsInsideFrame);
            Assert.Equal(RpcReadStatus.Frame, reader.Read(frame.AsSpan(consumed), out consumed, out var header, out var body));
            Assert.Equal((id, 10_000, 5012), (header.RequestId, body.Length, consumed));
            Assert.DoesNotContain(body.ToArray(), one => one != id);
            if (id == 2)
            {
                reader.Hold(consumed);
                reader.Release(); // such as at the connection's end
            }
        }

        reader.Release();
        Assert.True(leaks.Read().IsZero);
    }

    [Theory]
    [InlineData(RpcFrameReader.WaitingBytesMax, 0)]
    [InlineData(RpcFrameReader.WaitingBytesMax + 1, 100)]
    public void A_frame_that_fits_waits_in_the_callers_buffer_and_a_longer_one_is_collected(int bytes, int taken)
    {
        var reader = new RpcFrameReader(100_000, new PooledBytes.Pool(new LeakCounters()));
        var frame = Frame.Of(1, new byte[bytes - RpcHeader.Bytes]);
        Assert.Equal(RpcReadStatus.NeedMore, reader.Read(frame.AsSpan(0, 100), out var consumed, out _, out _));
        Assert.Equal(taken, consumed);
        reader.Release();
    }

    [Theory]
    [InlineData("""{"\ud83dresult":1}""")]
    [InlineData("""{"result":1,"result\ude00":1}""")]
    [InlineData("""{"error":{"code":1,"message":"\ud83d"}}""")]
    [InlineData("""{"error":{"c\ud83d":1,"message":""}}""")]
    public void An_answer_with_half_a_surrogate_pair_is_malformed(string body) => Assert.False(RpcJsonAnswer.TryRead(Encoding.UTF8.GetBytes(body), out _));

    [Fact]
    public void A_call_body_round_trips_with_every_choice_of_options_and_is_refused_when_cut()
    {
        for (var choice = 0; choice < 16; choice++)
        {
            var trace = new RpcTraceContext(UInt128.MaxValue - 5, 77, 1);
            var call = new RpcCallBody
            {
                Name = "method"u8,
                Encoding = (RpcEncoding)(choice & 1),
                Milliseconds = (choice & 2) != 0 ? 1234 : null,
                Trace = (choice & 4) != 0 ? trace : default,
                Credit = (choice & 8) != 0 ? 99u : null,
            };
            var head = new byte[RpcCallBody.HeadBytesMax];
            var length = call.WriteHead(head);
            byte[] body = [.. head.AsSpan(0, length), 1, 2];
            Assert.True(RpcCallBody.TryRead(body, out var read));
            Assert.True(read.Name.SequenceEqual("method"u8) && read.Payload.SequenceEqual((byte[])[1, 2]));
            Assert.True(RpcCallBody.TryRead(body.AsSpan(0, length), out var bare) && bare.Payload.IsEmpty);
            Assert.Equal((call.Encoding, call.Milliseconds, call.Trace, call.Credit), (read.Encoding, read.Milliseconds, read.Trace, read.Credit));
            for (var cut = 1; cut < length; cut++)
            {
                Assert.False(RpcCallBody.TryRead(body.AsSpan(0, cut), out _));
            }
        }

        Assert.True(RpcCallBody.TryRead([1, 0, 0], out var shortest)); // nobody's name, but whole
        Assert.True(shortest.Name.IsEmpty && shortest.Payload.IsEmpty);
        Assert.False(RpcCallBody.TryRead([1, 16, 0], out _)); // an unknown flag
    }

    [Fact]
    public void A_trace_context_is_read_and_written_as_traceparent()
    {
        const string text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        Assert.True(RpcTraceContext.TryParse(text, out var context));
        Assert.Equal(text, context.ToString());
        string[] wrong =
        [
            "", "ff" + text[2..], text[..35] + "x" + text[36..], text[..52] + "x" + text[53..], text.Replace("4bf", "xyz", StringComparison.Ordinal),
            text.Replace("00f0", "zzzz", StringComparison.Ordinal), text[..53] + "zz", "00-" + new string('0', 32) + text[35..],
            text[..36] + new string('0', 16) + text[52..],
        ];
        Assert.All(wrong, one => Assert.False(RpcTraceContext.TryParse(one, out _)));
    }

    [Theory]
    [InlineData("""{"result":[1, 2]}""", "[1, 2]", null)]
    [InlineData("""{"x":{"result":1},"result":null}""", "null", null)]
    [InlineData("""{"error":{"code":5,"message":"m","more":[]},"id":1}""", "", "m [application error 5]")]
    [InlineData("""{"error":{"code":-32601}}""", "", " [MethodNotFound -32601]")]
    [InlineData("""{"result":1,"error":{"code":5,"message":"m"}}""", "1", "m [application error 5]")]
    public void An_answer_in_the_base_form_is_read(string body, string result, string? error)
    {
        Assert.True(RpcJsonAnswer.TryRead(Encoding.UTF8.GetBytes(body), out var answer));
        Assert.Equal((result, error), (Encoding.UTF8.GetString(answer.Result), answer.Error?.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"error":"x"}""")]
    [InlineData("""{"result":1""")]
    [InlineData("""{"result":1} x""")]
    public void What_is_no_answer_is_told(string body)
    {
        Assert.False(RpcJsonAnswer.TryRead(Encoding.UTF8.GetBytes(body), out _));
        Assert.False(RpcJsonAnswer.TryRead([.. """{"result":"""u8, (byte)'"', 0xFF, (byte)'"', (byte)'}'], out _));
    }

    [Fact]
    public void Only_what_was_refused_before_it_began_has_certainly_not_run()
    {
        var ran = Enum.GetValues<RpcErrorCode>().Where(code => new RpcError(code, "").MayHaveRun);
        Assert.Equal(
            [
                RpcErrorCode.InternalError, RpcErrorCode.MalformedAnswer, RpcErrorCode.ConnectionLost, RpcErrorCode.Interrupted, RpcErrorCode.ResultTooLarge,
                RpcErrorCode.Cancelled, RpcErrorCode.DeadlineExceeded,
            ],
            ran.OrderBy(code => (int)code));
    }

    [Fact]
    public void The_limits_say_what_is_wrong_with_them()
    {
        Assert.Empty(new RpcLimits().Validate());
        Assert.Equal("bodyBytesMax is 5; allowed is 1024 to 268435456", Assert.Single(new RpcLimits { BodyBytesMax = 5 }.Validate()));
        Assert.Single(new RpcLimits { StreamCreditMax = int.MaxValue }.Validate());
        Assert.Throws<ArgumentException>(() => new RpcServer(new RpcMethods(), new RpcLimits { InFlightMax = 0 }, new PooledBytes.Pool(new LeakCounters())));
    }

    [Fact]
    public void A_method_needs_a_name_of_its_own()
    {
        var methods = new RpcMethods();
        var handler = new Held();
        methods.MapLater("a", RpcPayloads.Json, handler);
        Assert.All(["a", "", new string('x', 256)], name => Assert.Throws<ArgumentException>(() => methods.MapLater(name, RpcPayloads.Json, handler)));
        Assert.All(["echo", "rpc.mine"], name => Assert.Throws<ArgumentException>(() =>
            new RpcServer(new RpcMethods().MapLater(name, RpcPayloads.Json, handler), new RpcLimits(), new PooledBytes.Pool(new LeakCounters()))));
    }

    [Fact]
    public void Every_method_of_a_large_table_is_found()
    {
        var methods = new RpcMethods();
        for (var i = 0; i < 500; i++)
        {
            methods.MapLater($"m{i}", RpcPayloads.Json, new Held());
        }

        var table = new RpcMethodTable(methods.All);
        Assert.All(Enumerable.Range(0, 500), i => Assert.Equal($"m{i}", table.Find(Encoding.UTF8.GetBytes($"m{i}"))?.Name));
        Assert.Null(table.Find("m500"u8));
        Assert.Null(table.Find(""u8));
    }
}
