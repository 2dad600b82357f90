using Quickwater.Rpc;

namespace Quickwater.Client;

/// <summary>A call whose answer is a task.</summary>
internal sealed class RpcTaskCall(string method, ReadOnlyMemory<byte> payload, RpcEncoding encoding) : RpcOutgoing(method, payload, encoding)
{
    private readonly TaskCompletionSource<RpcResult<ReadOnlyMemory<byte>>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer. It never fails: errors are values.</summary>
    public Task<RpcResult<ReadOnlyMemory<byte>>> Answer => _answer.Task;

    /// <inheritdoc/>
    protected override void Completed(ReadOnlySpan<byte> result) => _answer.SetResult((ReadOnlyMemory<byte>)result.ToArray());

    /// <inheritdoc/>
    protected override void Failed(RpcError error) => _answer.SetResult(error);
}
