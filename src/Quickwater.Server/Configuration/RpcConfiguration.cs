using System.Net;
using Quickwater.Rpc;

namespace Quickwater.Server;

/// <summary>The section <c>rpc</c>. Each member is the setting or section of that name; the rest are the protocol's limits.</summary>
public sealed record RpcConfiguration(
    bool Enabled,
    IPEndPoint Listen,
    int ConnectionsMax,
    int ConnectionsPerAddressMax,
    RpcLimits Limits,
    TextList Tokens,
    TlsConfiguration Tls);
