using Quickwater.Rpc;

namespace Quickwater.Server;

/// <summary>What a load of calls consists of.</summary>
internal sealed record RpcLoadOptions
{
    /// <summary>Connections.</summary>
    public required int Connections { get; init; }

    /// <summary>Calls at once on each connection.</summary>
    public required int InFlight { get; init; }

    /// <summary>Calls a second, at instants that are fixed beforehand; 0 makes a call when another is over.</summary>
    public required int Rate { get; init; }

    /// <summary>Time before the measurement.</summary>
    public required TimeSpan Warm { get; init; }

    /// <summary>Time that is measured.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How long after the end calls that were due are still sent, before the load gives up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>Its parameters.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>What they are.</summary>
    public required RpcEncoding Encoding { get; init; }

    /// <summary>What the server knows the caller by, if it asks.</summary>
    public string? Token { get; init; }

    /// <summary>Calls at once in all.</summary>
    public int InFlightInAll => Connections * InFlight;
}
