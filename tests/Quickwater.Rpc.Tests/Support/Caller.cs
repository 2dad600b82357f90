using System.Buffers.Binary;
using System.Text;

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
    public static Caller Extended(RpcClientOptions? options = null)
    {
        var caller = new Caller(options);
        caller.Driver.Feed(Frame.Of(0, $$$"""{"result":{"version":1,"bodyBytesMax":{{{ServerBodyBytesMax}}},"inFlightMax":3,"streamCreditMax":1000}}"""));
        caller.Driver.Frames();
        return caller;
    }

    /// <summary>The server's last word.</summary>
    public static byte[] Drain(uint last)
    {
        byte[] body = [7, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(1), last);
        return Frame.Of(0, body);
    }

    public Asked Call(string method, string payload)
    {
        var call = new Asked(method, payload);
        Assert.True(Session.TryCall(call));
        return call;
    }

    public void Dispose() => Driver.Dispose();
}
