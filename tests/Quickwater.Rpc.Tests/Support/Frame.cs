using System.Text;

namespace Quickwater.Rpc.Tests;

/// <summary>A frame as the other side of the wire sees it.</summary>
internal sealed record Frame(uint Id, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public static byte[] Of(uint id, ReadOnlySpan<byte> body)
    {
        var bytes = new byte[RpcHeader.Bytes + body.Length];
        new RpcHeader(id, (uint)body.Length).Write(bytes);
        body.CopyTo(bytes.AsSpan(RpcHeader.Bytes));
        return bytes;
    }

    /// <summary>A header alone.</summary>
    public static byte[] Header(uint id, uint length)
    {
        var header = new byte[RpcHeader.Bytes];
        new RpcHeader(id, length).Write(header);
        return header;
    }

    public static byte[] Of(uint id, string body) => Of(id, Encoding.UTF8.GetBytes(body));

    public static byte[] Base(uint id, string method, string parameters = "null") =>
        Of(id, $$"""{"method":"{{method}}","params":{{parameters}}}""");

    /// <summary>JSON of nothing but arrays, so deep.</summary>
    public static string Nested(int levels) => new string('[', levels) + new string(']', levels);

    /// <summary>A call in the extended form.</summary>
    public static byte[] Call(
        uint id, string method, string payload = "null", RpcEncoding encoding = RpcEncoding.Json, uint? milliseconds = null,
        uint? credit = null, RpcTraceContext trace = default)
    {
        var head = new byte[RpcCallBody.HeadBytesMax];
        var body = new RpcCallBody
        {
            Name = Encoding.UTF8.GetBytes(method), Encoding = encoding, Milliseconds = milliseconds, Credit = credit, Trace = trace,
        };
        return Of(id, [.. head.AsSpan(0, body.WriteHead(head)), .. Encoding.UTF8.GetBytes(payload)]);
    }

    public static List<Frame> Parse(ReadOnlySpan<byte> bytes, out int rest)
    {
        var frames = new List<Frame>();
        while (RpcHeader.TryRead(bytes, out var header) == RpcHeaderStatus.Read && bytes.Length >= RpcHeader.Bytes + (int)header.BodyBytes)
        {
            frames.Add(new Frame(header.RequestId, bytes.Slice(RpcHeader.Bytes, (int)header.BodyBytes).ToArray()));
            bytes = bytes[(RpcHeader.Bytes + (int)header.BodyBytes)..];
        }

        rest = bytes.Length;
        return frames;
    }
}
