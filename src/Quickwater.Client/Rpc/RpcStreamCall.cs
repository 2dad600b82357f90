using System.Threading.Channels;
using Quickwater.Rpc;

namespace Quickwater.Client;

/// <summary>A call whose items come one by one. What waits to be read is bounded by the credit that the server was given.</summary>
internal sealed class RpcStreamCall(string method, ReadOnlyMemory<byte> payload, RpcEncoding encoding) : RpcOutgoing(method, payload, encoding)
{
    private readonly Channel<(ReadOnlyMemory<byte> Item, int Cost)> _items =
        Channel.CreateUnbounded<(ReadOnlyMemory<byte>, int)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource<RpcError?> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The items, with the credit that each took; ends with the stream's error, as an <see cref="RpcException"/>, if it has one.</summary>
    public ChannelReader<(ReadOnlyMemory<byte> Item, int Cost)> Items => _items.Reader;

    /// <summary>What came first: null for an item or the end, otherwise the error.</summary>
    public Task<RpcError?> Started => _started.Task;

    /// <inheritdoc/>
    protected override void Item(ReadOnlySpan<byte> item, int cost)
    {
        _items.Writer.TryWrite((item.ToArray(), cost));
        _started.TrySetResult(null);
    }

    /// <inheritdoc/>
    protected override void Completed(ReadOnlySpan<byte> result)
    {
        _items.Writer.Complete();
        _started.TrySetResult(null);
    }

    /// <inheritdoc/>
    protected override void Failed(RpcError error)
    {
        _items.Writer.Complete(new RpcException(error));
        _started.TrySetResult(error);
    }
}
