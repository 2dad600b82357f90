using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Quickwater.Rpc;

/// <summary>
/// Where a method that completes at once writes its result: straight into the connection's output. What is written must be what the request's
/// <see cref="RpcRequest.Encoding"/> says: one JSON value, or bytes. Valid during the method's call only.
/// </summary>
public sealed class RpcResponse : IBufferWriter<byte>
{
    private readonly RpcOutput _output;

    internal RpcResponse(RpcOutput output) => _output = output;

    /// <summary>Whom the answer goes to: the name that the caller authenticated as, or null where the server asks nobody.</summary>
    public string? Caller { get; internal set; }

    internal RpcError? Error { get; set; }

    /// <summary>Writes bytes of the result.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    /// <summary>Writes a value as the JSON result.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type)
    {
        using var json = new Utf8JsonWriter(this);
        JsonSerializer.Serialize(json, value, type);
    }

    /// <summary>Answers with an error instead; what was written is forgotten.</summary>
    public void Fail(RpcError error) => Error = error;

    /// <inheritdoc/>
    public void Advance(int count) => _output.Advance(count);

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) => _output.GetMemory(sizeHint);

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => _output.GetSpan(sizeHint);
}
