using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quickwater.Rpc;

namespace Quickwater.Hosting;

/// <summary>
/// Methods that are tasks. They run on the thread pool, never on the engine's threads, each call by itself: a fast one overtakes a slow one. An exception
/// is answered with <see cref="RpcErrorCode.InternalError"/> and told to <see cref="RpcServer.Faulted"/>.
/// </summary>
public static class RpcTaskMethods
{
    /// <summary>A typed method on JSON payloads.</summary>
    /// <param name="methods">Where it is added.</param>
    /// <param name="name">Its name.</param>
    /// <param name="request">How its parameters are read. Parameters that do not fit are answered with <see cref="RpcErrorCode.InvalidParams"/>.</param>
    /// <param name="response">How its result is written.</param>
    /// <param name="handler">The code. It gives a result or an <see cref="RpcError"/>.</param>
    /// <exception cref="ArgumentException">The name is taken, reserved, empty or too long.</exception>
    public static RpcMethods MapMethod<TRequest, TResponse>(
        this RpcMethods methods, string name, JsonTypeInfo<TRequest> request, JsonTypeInfo<TResponse> response,
        Func<TRequest, RpcContext, ValueTask<RpcResult<TResponse>>> handler) =>
        methods.MapLater(name, RpcPayloads.Json, new RpcTaskHandler(streams: false, async (call, context) =>
        {
            if (!RpcMethods.TryRead(call.Payload.Span, request, out var parameters, out var wrong))
            {
                return wrong;
            }

            var result = await handler(parameters, context);
            return result.Error is { } error ? error
                : result.Value is { } value ? Bytes(JsonSerializer.SerializeToUtf8Bytes(value, response))
                : Null;
        }));

    /// <summary>A method on binary payloads.</summary>
    /// <param name="methods">Where it is added.</param>
    /// <param name="name">Its name.</param>
    /// <param name="handler">The code. The payload is valid until its task is over.</param>
    /// <exception cref="ArgumentException">The name is taken, reserved, empty or too long.</exception>
    public static RpcMethods MapBinary(
        this RpcMethods methods, string name, Func<ReadOnlyMemory<byte>, RpcContext, ValueTask<RpcResult<ReadOnlyMemory<byte>>>> handler) =>
        methods.MapLater(name, RpcPayloads.Binary, new RpcTaskHandler(streams: false, (call, context) => handler(call.Payload, context)));

    /// <summary>A typed method that gives a stream of items. Each waits until the caller's credit has room for it.</summary>
    /// <param name="methods">Where it is added.</param>
    /// <param name="name">Its name.</param>
    /// <param name="request">How its parameters are read.</param>
    /// <param name="item">How an item is written.</param>
    /// <param name="handler">The code.</param>
    /// <exception cref="ArgumentException">The name is taken, reserved, empty or too long.</exception>
    public static RpcMethods MapStream<TRequest, TItem>(
        this RpcMethods methods, string name, JsonTypeInfo<TRequest> request, JsonTypeInfo<TItem> item,
        Func<TRequest, RpcContext, IAsyncEnumerable<TItem>> handler) =>
        methods.MapLater(name, RpcPayloads.Json, new RpcTaskHandler(streams: true, async (call, context) =>
        {
            if (!RpcMethods.TryRead(call.Payload.Span, request, out var parameters, out var wrong))
            {
                return wrong;
            }

            await foreach (var one in handler(parameters, context).WithCancellation(context.Stopped))
            {
                var status = await context.WriteItemAsync(JsonSerializer.SerializeToUtf8Bytes(one, item));
                if (status != RpcItemStatus.Written)
                {
                    return status == RpcItemStatus.TooLarge
                        ? new RpcError(RpcErrorCode.ResultTooLarge, "An item is longer than the stream's credit.")
                        : new RpcError(RpcErrorCode.Cancelled, "Nobody takes the stream any more.");
                }
            }

            return Null;
        }), streams: true);

    private static RpcResult<ReadOnlyMemory<byte>> Null { get; } = Bytes("null"u8.ToArray());

    private static RpcResult<ReadOnlyMemory<byte>> Bytes(ReadOnlyMemory<byte> bytes) => bytes;
}
