using System.Text.Json;
using System.Text.Unicode;

namespace Quickwater.Rpc;

/// <summary>
/// A base body: <c>{"method":"echo","params":X}</c>. Other members are passed over, so that a caller may add its own.
/// </summary>
internal ref struct RpcJsonRequest
{
    /// <summary>The parameters as they were sent; <c>null</c> when there were none.</summary>
    public ReadOnlySpan<byte> Params;

    /// <summary>The method, if there is one of that name.</summary>
    public RpcMethod? Method;

    /// <summary>Reads it. Null when it could be read; otherwise the error to answer with.</summary>
    public static RpcError? Read(ReadOnlySpan<byte> body, RpcMethodTable methods, out RpcJsonRequest request)
    {
        request = default;
        try
        {
            if (!Utf8.IsValid(body))
            {
                return new RpcError(RpcErrorCode.ParseError, "The body is not UTF-8.");
            }

            var reader = new Utf8JsonReader(body);
            reader.Read();
            if (!ReadObject(ref reader, methods, out request.Method, out var parameters))
            {
                return new RpcError(RpcErrorCode.InvalidRequest, "The body is not an object with a method.");
            }

            request.Params = parameters.End.Value > 0 ? body[parameters] : "null"u8;
            return null;
        }
        catch (JsonException) when (RpcJsonDepth.IsBeyond(RpcJsonDepth.Max, body))
        {
            return new RpcError(RpcErrorCode.ParseError, $"The body is JSON nested deeper than {RpcJsonDepth.Max} levels.");
        }
        catch (JsonException e)
        {
            var (line, at) = (e.LineNumber.GetValueOrDefault() + 1, e.BytePositionInLine.GetValueOrDefault() + 1);
            return new RpcError(RpcErrorCode.ParseError, $"The body is not JSON: line {line}, byte {at}.");
        }
        catch (InvalidOperationException)
        {
            // What the reader throws for half a surrogate pair in a name that is compared: JSON by its grammar (RFC 8259, section 8.2), but no text.
            return new RpcError(RpcErrorCode.ParseError, "The body has an escape that is no character.");
        }
    }

    private static bool ReadObject(ref Utf8JsonReader reader, RpcMethodTable methods, out RpcMethod? method, out Range parameters)
    {
        var named = false;
        method = null;
        parameters = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            reader.Read(); // throws when something stands behind it
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMethod = reader.ValueTextEquals("method"u8);
            var isParams = reader.ValueTextEquals("params"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isMethod)
            {
                named = reader.TokenType == JsonTokenType.String;
                method = named ? methods.Find(ref reader) : null;
            }

            reader.Skip();
            if (isParams)
            {
                parameters = start..(int)reader.BytesConsumed;
            }
        }

        reader.Read();
        return named;
    }
}
