namespace Quickwater.Sim;

/// <summary>Both ends of a link between two hosts.</summary>
public sealed class EndpointPair
{
    internal EndpointPair(Endpoint client) => Client = client;

    /// <summary>The side that dialled.</summary>
    public Endpoint Client { get; }

    /// <summary>The side that was dialled; null until it has accepted.</summary>
    public Endpoint? Server { get; internal set; }

    /// <summary>Whether the link was never reset and never went silent for good, as far as either end knows.</summary>
    public bool IsUnbroken => Client.Transport.Broken == Core.Reason.None && Server?.Transport.Broken == Core.Reason.None;
}
