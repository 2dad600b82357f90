using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>A client's session under a <see cref="Driver"/>.</summary>
internal sealed class Caller : IDisposable
{
    /// <summary>Longest body that its server says it takes.</summary>
    public const int ServerBodyBytesMax = 1000;

    public Caller(RpcClientOptions? options = null) =>
        Driver = new Driver(buffers => new RpcClientSession(options ?? new RpcClientOptions(), buffers));

    public Driver Driver { get; }

    public RpcClientSession Session => (RpcClientSession)Driver.Session;

    /// <summary>One whose server has answered that it has the extensions.</summary>
    public static Caller Extended(RpcClientOptions? options = null, int bodyBytesMax = ServerBodyBytesMax, int inFlightMax = 3)
    {
        var caller = new Caller(options);
        caller.Driver.Feed(Hello(bodyBytesMax, inFlightMax));
        caller.Driver.Frames();
        return caller;
    }

    /// <summary>That answer.</summary>
    public static byte[] Hello(int bodyBytesMax, int inFlightMax) => Frame.Of(
        0, $$$"""{"result":{"version":1,"bodyBytesMax":{{{bodyBytesMax}}},"inFlightMax":{{{inFlightMax}}},"streamCreditMax":1000}}""");

    /// <summary>The server's last word.</summary>
    public static byte[] Drain(uint last)
    {
        byte[] body = [7, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(1), last);
        return Frame.Of(0, body);
    }

    public Asked Call(
        string method, string payload, RpcEncoding encoding = RpcEncoding.Json, int? credit = null, Instant? deadline = null, RpcTraceContext trace = default)
    {
        var call = new Asked(method, payload, encoding) { Credit = credit, Deadline = deadline ?? Instant.Never, Trace = trace };
        Assert.True(Session.TryCall(call));
        return call;
    }

    public void Dispose() => Driver.Dispose();
}
