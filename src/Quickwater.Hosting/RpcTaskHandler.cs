using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Hosting;

/// <summary>Runs a method's task for each call, on the thread pool.</summary>
internal sealed class RpcTaskHandler(bool streams, Func<RpcCall, RpcContext, ValueTask<RpcResult<ReadOnlyMemory<byte>>>> work) : IRpcHandler
{
    /// <inheritdoc/>
    public void Start(RpcCall call) => ThreadPool.UnsafeQueueUserWorkItem(new RpcContext(call, TimeProvider.System, streams, this), preferLocal: false);

    /// <summary>Runs the method, and answers the call whatever comes of it.</summary>
    public async Task RunAsync(RpcCall call, RpcContext context)
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
}
