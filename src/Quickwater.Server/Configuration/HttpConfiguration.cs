using System.Net;

namespace Quickwater.Server;

/// <summary>The section <c>http</c>.</summary>
public sealed record HttpConfiguration(
    bool Enabled, IPEndPoint Listen, int ViewersMax, int ConnectionsPerAddressMax, TimeSpan WaitForStream, TimeSpan TracksWait, bool ListStreams);
