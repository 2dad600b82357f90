using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Hosting;

/// <summary>Runs a method's task for each call, on the thread pool.</summary>
internal sealed class RpcTaskHandler(bool streams, Func<RpcCall, RpcContext, ValueTask<RpcResult<ReadOnlyMemory<byte>>>> work) : IRpcHandler
{
    /// <inheritdoc/>
    public void Start(RpcCall call) => ThreadPool.UnsafeQueueUserWorkItem(
        new Work(this, call, new RpcContext(call, TimeProvider.System, streams)), preferLocal: false);

    private async Task RunAsync(RpcCall call, RpcContext context)
    {
        try
        {
            var result = await work(call, context);
            if (result.Error is { } error)
            {
                call.Fail(error);
            }
            else
            {
                call.Complete(result.Value.Span);
            }
        }
        catch (OperationCanceledException) when (call.Stopped != Reason.None)
        {
            call.Fail(new RpcError(RpcErrorCode.Cancelled, "The call was stopped."));
        }
        catch (Exception fault)
        {
            call.Fail(fault);
        }
    }

    private sealed class Work(RpcTaskHandler handler, RpcCall call, RpcContext context) : IThreadPoolWorkItem
    {
        // The task ends with an answer, whatever happens: there is nothing to wait for.
        public void Execute() => _ = handler.RunAsync(call, context);
    }
}
