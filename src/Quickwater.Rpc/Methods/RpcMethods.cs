using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Quickwater.Rpc;

/// <summary>
/// The methods that a server offers, by name. Fill it, then give it to an <see cref="RpcServer"/>, which takes what is in it then. Names are 1 to
/// 255 bytes of UTF-8; those that begin with <c>rpc.</c> are the protocol's own. Not thread-safe.
/// </summary>
public sealed class RpcMethods
{
    private readonly SortedDictionary<string, RpcMethod> _methods = new(StringComparer.Ordinal);

    internal IReadOnlyCollection<RpcMethod> All => _methods.Values;

    /// <summary>A method that completes at once, on raw payloads. See <see cref="RpcInlineHandler"/> for what it must not do.</summary>
    /// <exception cref="ArgumentException">The name is taken, reserved, empty or too long.</exception>
    public RpcMethods MapInline(string name, RpcPayloads accepts, RpcInlineHandler handler) =>
        Add(new RpcMethod(name, accepts) { Inline = handler });

    /// <summary>A typed method that completes at once, on JSON payloads.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="request">How its parameters are read. Parameters that do not fit are answered with <see cref="RpcErrorCode.InvalidParams"/>.</param>
    /// <param name="response">How its result is written.</param>
    /// <param name="handler">The code: like <see cref="RpcInlineHandler"/> it must neither block nor wait.</param>
    /// <exception cref="ArgumentException">The name is taken, reserved, empty or too long.</exception>
    public RpcMethods MapInline<TRequest, TResponse>(
        string name, JsonTypeInfo<TRequest> request, JsonTypeInfo<TResponse> response, Func<TRequest, RpcResult<TResponse>> handler) =>
        MapInline(name, RpcPayloads.Json, (in RpcRequest asked, RpcResponse answer) =>
        {
            if (!TryRead(asked.Payload, request, out var parameters, out var wrong))
            {
                answer.Fail(wrong);
                return;
            }

            var result = handler(parameters);
            if (result.Error is { } error)
            {
                answer.Fail(error);
            }
            else
            {
                JsonValue(answer, result, response);
            }
        });

    /// <summary>A method that completes later.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="accepts">The payloads it takes.</param>
    /// <param name="handler">Who takes the calls.</param>
    /// <param name="streams">Whether it gives items before its result. Then only callers that take a stream may call it.</param>
    /// <exception cref="ArgumentException">The name is taken, reserved, empty or too long.</exception>
    public RpcMethods MapLater(string name, RpcPayloads accepts, IRpcHandler handler, bool streams = false) =>
        Add(new RpcMethod(name, accepts) { Later = handler, Streams = streams });

    /// <summary>Reads JSON parameters. False when they do not fit, with what to answer.</summary>
    public static bool TryRead<T>(
        ReadOnlySpan<byte> payload, JsonTypeInfo<T> type,
        [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out RpcError? error)
    {
        try
        {
            value = JsonSerializer.Deserialize(payload, type);
            error = value is null ? new RpcError(RpcErrorCode.InvalidParams, "The method needs parameters.") : null;
            return value is not null;
        }
        catch (JsonException e)
        {
            value = default;
            error = new RpcError(
                RpcErrorCode.InvalidParams, $"The parameters do not fit: {RpcJsonDepth.WhyNot(payload, type.Options) ?? e.Path}");
            return false;
        }
    }

    internal RpcMethods Add(RpcMethod method)
    {
        if (method.Utf8.Length is 0 or > RpcCallBody.NameBytesMax || !_methods.TryAdd(method.Name, method))
        {
            throw new ArgumentException($"'{method.Name}' cannot be a method's name: it is taken, empty or too long.", nameof(method));
        }

        return this;
    }

    private static void JsonValue<T>(RpcResponse answer, RpcResult<T> result, JsonTypeInfo<T> type)
    {
        if (result.Value is { } value)
        {
            answer.WriteJson(value, type);
        }
        else
        {
            answer.Write("null"u8);
        }
    }
}
