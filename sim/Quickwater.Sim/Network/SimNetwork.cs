using System.Net;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>The links of a world.</summary>
public sealed class SimNetwork : IDisposable
{
    private readonly World _world;
    private readonly Rng _rng;
    private readonly List<SimLink> _links = [];
    private int _ports = 40_000;

    internal SimNetwork(World world, Rng rng)
    {
        _world = world;
        _rng = rng;
    }

    /// <summary>Sockets that are not closed yet, or that have an operation in flight.</summary>
    public int OpenSockets { get; internal set; }

    /// <summary>Links made so far.</summary>
    public int Links => _links.Count;

    /// <summary>Makes a link and gives its two ends.</summary>
    /// <param name="name">Names the link in the trace.</param>
    /// <param name="reliable">Spares the link all resets, silences and stalls.</param>
    public (SimTransport Near, SimTransport Far) Connect(string name, bool reliable = false)
    {
        var near = new IPEndPoint(IPAddress.Loopback, _ports++);
        var far = new IPEndPoint(IPAddress.Loopback, 1935);
        var link = new SimLink(_world, _rng.Fork(), name, near, far, reliable);
        _links.Add(link);
        return (link.Near, link.Far);
    }

    /// <summary>Ends all stalls. What was reset or went silent stays so.</summary>
    internal void Heal()
    {
        foreach (var link in _links)
        {
            link.Heal();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var link in _links)
        {
            link.Dispose();
        }
    }
}
