using System.Text;

namespace Quickwater.Rpc.Tests;

/// <summary>A call of a client, and what came of it: exactly one of result and error.</summary>
internal sealed class Asked(string method, string payload, RpcEncoding encoding = RpcEncoding.Json)
    : RpcOutgoing(method, Encoding.UTF8.GetBytes(payload), encoding)
{
    public string? Result { get; private set; }

    public RpcError? Error { get; private set; }

    public List<string> Items { get; } = [];

    protected internal override void Completed(ReadOnlySpan<byte> result)
    {
        Assert.Null(Error);
        Assert.Null(Result);
        Result = Encoding.UTF8.GetString(result);
    }

    protected internal override void Failed(RpcError error)
    {
        Assert.Null(Error);
        Assert.Null(Result);
        Error = error;
    }

    protected internal override void Item(ReadOnlySpan<byte> item, int cost)
    {
        Assert.Equal(item.Length + RpcCall.ItemOverheadBytes, cost);
        Items.Add(Encoding.UTF8.GetString(item));
    }
}
