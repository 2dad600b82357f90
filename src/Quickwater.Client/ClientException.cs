using Quickwater.Core;

namespace Quickwater.Client;

/// <summary>A client could not connect, or its connection is over. <see cref="Failure"/> says why, as a value.</summary>
public sealed class ClientException : IOException
{
    /// <summary>Makes one.</summary>
    public ClientException()
        : this(new ClientFailure(Reason.LocalFault))
    {
    }

    /// <summary>Makes one.</summary>
    public ClientException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one.</summary>
    public ClientException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes one.</summary>
    public ClientException(ClientFailure failure)
        : base(failure.ToString()) => Failure = failure;

    /// <summary>Why.</summary>
    public ClientFailure Failure { get; } = new(Reason.LocalFault);
}
