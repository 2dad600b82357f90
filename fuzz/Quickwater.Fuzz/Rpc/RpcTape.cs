using System.Buffers.Binary;
using System.Text;
using Quickwater.Media;
using Quickwater.Rpc;

namespace Quickwater.Fuzz;

/// <summary>Frames of one side of a valid RPC connection, in every form the wire has.</summary>
internal sealed class RpcTape
{
    private readonly List<byte> _bytes = [];

    public static RpcTraceContext Trace { get; } = new(77, 5, 1);

    public byte[] Bytes => [.. _bytes];

    /// <summary>The calls of a base client: those of <see cref="RpcWork"/> and the built-in ones.</summary>
    public static byte[] BaseCalls() => new RpcTape()
        .Base(1, "{\"method\":\"ping\"}")
        .Base(2, "{\"method\":\"echo\",\"params\":{\"a\":[1,2.5e3,null,{\"b\":\"\\ud83d\\ude00\\n\"}]}}")
        .Base(3, "{\"method\":\"later\",\"params\":[1,2,3]}")
        .Base(4, "{\"method\":\"sleep\",\"params\":{\"ms\":30}}")
        .Base(5, "{ \"id\" : 7, \"m\\u00fc\\ud83d\\ude00\" : [ ], \"params\" : \"x\", \"method\" : \"\\u0065ch\\u006f\" }")
        .Base(6, "{\"method\":\"nothing\\ud83d\\ude00\",\"params\":[]}")
        .Base(7, "{\"method\":\"stats\"}")
        .Base(8, "{\"method\":\"later\",\"params\":\"two\"}")
        .Base(8, "{\"method\":\"long\"}")
        .Base(9, "{\"method\":\"stuck\",\"params\":0}")
        .Base(10, "{\"method\":\"methods\"}")
        .Base(11, "[1,2]")
        .Base(12, "{\"method\":\"throws\"}")
        .Base(13, "{\"method\":\"later\"}")
        .Base(14, "{\"method\":\"ping\"}")
        .Bytes;

    /// <summary>The calls of a client that asked for the extensions.</summary>
    public static byte[] ExtendedCalls() => new RpcTape()
        .Call(1, "echo", "{\"a\":1}"u8)
        .Call(2, "echo", [1, 2, 3], RpcEncoding.Binary)
        .Call(3, "later", "[1]"u8, deadline: 50)
        .Call(4, "items", [9, 9], RpcEncoding.Binary, credit: 100)
        .Credit(4, 300)
        .Call(5, "later", "\"t\""u8, trace: true)
        .Call(5, "later", "2"u8) // its id is taken
        .Call(6, "stuck", "0"u8, deadline: 20_000)
        .Base(7, "{\"method\":\"echo\",\"params\":7}")
        .Cancel(6)
        .Call(8, "items", "[]"u8, credit: 4000, trace: true, deadline: 500)
        .Call(9, "items", "[]"u8) // it has to be called for a stream
        .Call(10, "sleep", "{\"ms\":25}"u8)
        .Credit(8, 4000)
        .Call(11, "nothing", [])
        .Call(12, "throws", "1"u8)
        .Call(13, "long", [1], RpcEncoding.Binary)
        .Call(14, "later", [4, 4], RpcEncoding.Binary)
        .Cancel(14)
        .Frame(15, [(byte)RpcFrameKind.Drain])
        .Base(16, "{\"method\":\"rpc.hello\",\"params\":{\"version\":1}}")
        .Credit(99, 1)
        .Call(17, "echo", "17"u8)
        .Bytes;

    /// <summary>Bodies so long that the reader collects them.</summary>
    public static byte[] LongCalls() => new RpcTape()
        .Call(1, "echo", new byte[4200], RpcEncoding.Binary)
        .Call(2, "later", new byte[4100], RpcEncoding.Binary, deadline: 900)
        .Base(3, "{\"method\":\"later\",\"params\":\"" + new string('x', 4100) + "\"}")
        .Base(4, "{\"method\":\"later\",\"params\":\"" + new string('y', 4100) + "\"}")
        .Call(5, "echo", "5"u8)
        .Bytes;

    public RpcTape Hello() => Base(0, "{\"method\":\"rpc.hello\",\"params\":{\"version\":1}}");

    public RpcTape Authenticate(uint id, string token) => Base(id, "{\"method\":\"rpc.authenticate\",\"params\":{\"token\":\"" + token + "\"}}");

    public RpcTape Base(uint id, string body) => Frame(id, Encoding.UTF8.GetBytes(body));

    public RpcTape Call(
        uint id, string method, ReadOnlySpan<byte> payload, RpcEncoding encoding = RpcEncoding.Json, uint? deadline = null, uint? credit = null, bool trace = false)
    {
        var call = new RpcCallBody
        {
            Name = Encoding.UTF8.GetBytes(method),
            Encoding = encoding,
            Milliseconds = deadline,
            Credit = credit,
            Trace = trace ? Trace : default,
        };
        var head = new byte[RpcCallBody.HeadBytesMax];
        return Frame(id, [.. head.AsSpan(0, call.WriteHead(head)), .. payload]);
    }

    public RpcTape Cancel(uint id) => Frame(id, [(byte)RpcFrameKind.Cancel]);

    public RpcTape Credit(uint id, uint bytes) => Frame(id, [(byte)RpcFrameKind.Credit, .. BigEndian(bytes)]);

    public RpcTape Result(uint id, ReadOnlySpan<byte> payload, RpcEncoding encoding = RpcEncoding.Json) =>
        Frame(id, [(byte)RpcFrameKind.Result, (byte)encoding, .. payload]);

    public RpcTape Item(uint id, ReadOnlySpan<byte> payload, RpcEncoding encoding = RpcEncoding.Json) =>
        Frame(id, [(byte)RpcFrameKind.Item, (byte)encoding, .. payload]);

    public RpcTape Error(uint id, RpcErrorCode code, string message) =>
        Frame(id, [(byte)RpcFrameKind.Error, .. BigEndian((uint)(int)code), .. Encoding.UTF8.GetBytes(message)]);

    public RpcTape Frame(uint id, ReadOnlySpan<byte> body)
    {
        var header = new byte[RpcHeader.Bytes];
        new RpcHeader(id, (uint)body.Length).Write(header);
        _bytes.AddRange(header);
        _bytes.AddRange(body);
        return this;
    }

    private static byte[] BigEndian(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }
}
