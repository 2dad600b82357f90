using System.Net;

namespace Quickwater.Server;

/// <summary>The section <c>admin</c>.</summary>
public sealed record AdminConfiguration(bool Enabled, IPEndPoint Listen, TextList AllowedHosts);
