namespace Quickwater.Rpc;

/// <summary>What a method gives: a value, or the error to answer with. Both convert to it by themselves.</summary>
public readonly struct RpcResult<T>
{
    private RpcResult(T? value, RpcError? error) => (Value, Error) = (value, error);

    /// <summary>The value, when there is no error.</summary>
    public T? Value { get; }

    /// <summary>The error, or null.</summary>
    public RpcError? Error { get; }

    /// <summary>A result.</summary>
    public static implicit operator RpcResult<T>(T value) => new(value, null);

    /// <summary>An error.</summary>
    public static implicit operator RpcResult<T>(RpcError error) => new(default, error);
}
