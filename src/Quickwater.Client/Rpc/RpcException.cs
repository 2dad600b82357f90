using Quickwater.Rpc;

namespace Quickwater.Client;

/// <summary>A call failed, where a failure cannot be a value: in a stream, or in a typed client whose methods give plain results.</summary>
public sealed class RpcException : Exception
{
    /// <summary>Makes one.</summary>
    public RpcException()
        : this(new RpcError(RpcErrorCode.InternalError, "The call failed."))
    {
    }

    /// <summary>Makes one.</summary>
    public RpcException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one.</summary>
    public RpcException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes one.</summary>
    public RpcException(RpcError error)
        : base(error.ToString()) => Error = error;

    /// <summary>Why, and whether the method may have run.</summary>
    public RpcError Error { get; } = new(RpcErrorCode.InternalError, "The call failed.");
}
