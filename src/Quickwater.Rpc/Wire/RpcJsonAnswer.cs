using System.Text.Json;
using System.Text.Unicode;

namespace Quickwater.Rpc;

/// <summary>The base body of an answer: <c>{"result":X}</c> or <c>{"error":{"code":C,"message":M}}</c>.</summary>
internal ref struct RpcJsonAnswer
{
    /// <summary>The result as it was sent, when there is no error.</summary>
    public ReadOnlySpan<byte> Result;

    /// <summary>The error, if it is one.</summary>
    public RpcError? Error;

    /// <summary>Reads it. False when it is neither.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out RpcJsonAnswer answer)
    {
        answer = default;
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            if (!Utf8.IsValid(body) || reader.TokenType != JsonTokenType.StartObject
                || !ReadObject(ref reader, out answer.Error, out var result))
            {
                return false;
            }

            answer.Result = body[result];
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false; // the second for half a surrogate pair in a name that is compared
        }
    }

    private static bool ReadObject(ref Utf8JsonReader reader, out RpcError? error, out Range result)
    {
        var found = false;
        error = null;
        result = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isResult = reader.ValueTextEquals("result"u8);
            var isError = reader.ValueTextEquals("error"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isError)
            {
                var body = JsonSerializer.Deserialize(ref reader, RpcJson.Default.RpcErrorBody);
                error = new RpcError((RpcErrorCode)body.Code, body.Message ?? "");
            }
            else
            {
                reader.Skip();
            }

            if (isResult)
            {
                result = start..(int)reader.BytesConsumed;
            }

            found |= isResult || isError;
        }

        reader.Read();
        return found;
    }
}
