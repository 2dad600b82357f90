using System.Net;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>How a <see cref="TcpServer"/> listens.</summary>
public sealed record TcpServerOptions
{
    /// <summary>
    /// Where: an address of this machine or of one of its interfaces (see <see cref="ListenAddress"/>), <c>0.0.0.0</c> for all of
    /// IPv4, <c>::</c> for all of IPv6 and IPv4. Port 0 takes a free one; <see cref="TcpServer.Local"/> tells which.
    /// </summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Connections that may wait to be accepted; the operating system may cap it lower. 1 to 65535; 512 as in nginx.</summary>
    public int Backlog { get; init; } = 512;

    /// <summary>What it accepts at most.</summary>
    public AcceptLimits Limits { get; init; } = new();

    /// <summary>The books that it enters connections in, shared with others that keep to the same limits; null for books of its own.</summary>
    public AcceptLedger? Ledger { get; init; }

    /// <summary>The books of all connections of the process, which it enters them in as well; null where nobody keeps them.</summary>
    public DescriptorLedger? Descriptors { get; init; }

    /// <summary>Connections at once that are refused and handed on all the same, to be told so; beyond, and by default, they are reset.</summary>
    public int ToldMax { get; init; }

    /// <summary>
    /// When a peer counts as lost whose machine does not answer any more, by TCP's keepalive in whole seconds: <see cref="Reason.TransportTimedOut"/>. A peer that is
    /// only slow answers. Zero, the default, is never. At most 10 min.
    /// </summary>
    public TimeSpan LostAfter { get; init; }

    /// <summary>What is wrong with these options, one line each with the name of the value; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var wrong = new List<string>(Limits.Validate());
        if (Backlog is < 1 or > 65_535)
        {
            wrong.Add($"{nameof(Backlog)} is {Backlog}; it must be from 1 to 65535.");
        }

        if (LostAfter < TimeSpan.Zero || LostAfter > TimeSpan.FromMinutes(10))
        {
            wrong.Add($"{nameof(LostAfter)} is {LostAfter}; it must be from 0 to 10 min.");
        }

        return wrong;
    }
}
