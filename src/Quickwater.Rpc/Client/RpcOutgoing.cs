using System.Text;
using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// One call that a client makes: what it asks, and who hears the answer. Exactly one of <see cref="Completed"/> and <see cref="Failed"/> is called,
/// once, on the engine's thread: they must be quick and must not run user code.
/// </summary>
public abstract class RpcOutgoing
{
    /// <summary>Makes a call. It may be given to one session, once.</summary>
    /// <param name="method">The method, 1 to 255 bytes of UTF-8.</param>
    /// <param name="payload">The parameters: one JSON value, or bytes. They must stay as they are until the call is over.</param>
    /// <param name="encoding">What the payload is.</param>
    /// <exception cref="ArgumentException">The method's name is empty or too long.</exception>
    protected RpcOutgoing(string method, ReadOnlyMemory<byte> payload, RpcEncoding encoding)
    {
        Utf8Method = Encoding.UTF8.GetBytes(method);
        if (Utf8Method.Length is 0 or > RpcCallBody.NameBytesMax)
        {
            throw new ArgumentException("A method's name has 1 to 255 bytes of UTF-8.", nameof(method));
        }

        Method = method;
        Payload = payload;
        PayloadEncoding = encoding;
    }

    /// <summary>The method.</summary>
    public string Method { get; }

    /// <summary>The parameters.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>What the payload is, and the result will be.</summary>
    public RpcEncoding PayloadEncoding { get; }

    /// <summary>When it fails with <see cref="RpcErrorCode.DeadlineExceeded"/>. What is left of the time travels with the call.</summary>
    public Instant Deadline { get; init; } = Instant.Never;

    /// <summary>The trace it belongs to, if any.</summary>
    public RpcTraceContext Trace { get; init; }

    /// <summary>For a stream: bytes of its frames that the server may send before it is given more. Null for a call without one.</summary>
    public int? Credit { get; init; }

    internal byte[] Utf8Method { get; }

    internal uint Id { get; set; }

    internal long Order { get; set; }

    internal long CreditLeft { get; set; }

    internal bool IsSent { get; set; }

    internal bool IsOver { get; set; }

    /// <summary>The result: JSON or bytes, as was asked. The span is not valid afterwards.</summary>
    protected internal abstract void Completed(ReadOnlySpan<byte> result);

    /// <summary>There will be no result.</summary>
    protected internal abstract void Failed(RpcError error);

    /// <summary>An item of the stream. The span is not valid afterwards. Whoever has used it gives its credit back by <see cref="RpcClientSession.AddCredit"/>.</summary>
    /// <param name="item">JSON or bytes, as was asked.</param>
    /// <param name="cost">The credit it took, in bytes.</param>
    protected internal virtual void Item(ReadOnlySpan<byte> item, int cost)
    {
    }
}
