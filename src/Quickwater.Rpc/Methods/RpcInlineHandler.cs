namespace Quickwater.Rpc;

/// <summary>
/// A method that completes at once. It runs on the engine's thread, so it must not block or wait: every connection of that thread waits for
/// it. An exception is answered with <see cref="RpcErrorCode.InternalError"/>.
/// </summary>
/// <param name="request">What was asked.</param>
/// <param name="response">Where the result goes.</param>
public delegate void RpcInlineHandler(in RpcRequest request, RpcResponse response);
