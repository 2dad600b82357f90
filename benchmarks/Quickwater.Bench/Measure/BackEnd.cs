using System.Globalization;
using Quickwater.Net;

namespace Quickwater.Bench;

/// <summary>How a server's sockets are driven: <c>socket</c> for the runtime's, or <c>epollN</c> for N loops of our own.</summary>
internal static class BackEnd
{
    public static EpollLoops? Loops(string name) =>
        name.StartsWith("epoll", StringComparison.Ordinal)
            ? new EpollLoops(int.Parse(name.AsSpan("epoll".Length), CultureInfo.InvariantCulture)) : null;
}
