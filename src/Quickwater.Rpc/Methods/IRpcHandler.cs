namespace Quickwater.Rpc;

/// <summary>
/// A method that completes later. <see cref="Start"/> is called on the engine's thread, so it only hands the call to whoever does the work;
/// that one answers it from any thread. Code that awaits or blocks belongs behind this: `Quickwater.Hosting` has it for tasks.
/// </summary>
public interface IRpcHandler
{
    /// <summary>Takes a call. It must be answered once, by <see cref="RpcCall.Complete"/> or <see cref="RpcCall.Fail(RpcError)"/>.</summary>
    void Start(RpcCall call);
}
