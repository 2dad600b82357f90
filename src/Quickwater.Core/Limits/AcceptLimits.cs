namespace Quickwater.Core;

/// <summary>What a server accepts at most; <see cref="AcceptLedger"/> keeps to it.</summary>
public sealed record AcceptLimits
{
    /// <summary>
    /// Open connections in all; further ones are refused with <see cref="Reason.TooManyConnections"/>. At least 1.
    /// The default is what the engine's timers are built and measured for.
    /// </summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>
    /// Open connections of one address (IPv4 address or IPv6 /64 network, since a host owns a whole /64); further ones are refused with
    /// <see cref="Reason.TooManyConnectionsFromAddress"/>. At least 1; null, the default, is no such limit: many viewers may share
    /// one translated address.
    /// </summary>
    public int? ConnectionsPerAddressMax { get; init; }

    /// <summary>Connections accepted in one go before other work of the thread gets its chance. 1 to 1024; 16 by requirement NET-2.2.</summary>
    public int AcceptBurstMax { get; init; } = 16;

    /// <summary>
    /// Connects of one address within a second; further ones are refused with <see cref="Reason.ConnectRateExceeded"/>. At least 1;
    /// null, the default, is no such limit.
    /// </summary>
    public int? ConnectsPerSecondPerAddressMax { get; init; }

    /// <summary>What is wrong with these limits, one line each with the name of the value; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var wrong = new List<string>();
        Check(wrong, nameof(ConnectionsMax), ConnectionsMax, int.MaxValue);
        Check(wrong, nameof(ConnectionsPerAddressMax), ConnectionsPerAddressMax ?? 1, int.MaxValue);
        Check(wrong, nameof(AcceptBurstMax), AcceptBurstMax, 1024);
        Check(wrong, nameof(ConnectsPerSecondPerAddressMax), ConnectsPerSecondPerAddressMax ?? 1, int.MaxValue);
        return wrong;
    }

    private static void Check(List<string> wrong, string name, int value, int most)
    {
        if (value < 1 || value > most)
        {
            wrong.Add($"{name} is {value}; it must be from 1 to {most}.");
        }
    }
}
