using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>A call as it came in, in whichever form.</summary>
internal ref struct RpcAsked
{
    public uint Id;
    public bool Extended;
    public RpcMethod Method;
    public RpcEncoding Encoding;
    public ReadOnlySpan<byte> Payload;
    public Instant Arrived;
    public Instant Deadline;
    public RpcTraceContext Trace;
    public uint? Credit;
}
