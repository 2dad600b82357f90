namespace Quickwater.Sim;

/// <summary>
/// What every engine promises at rest: idle implies empty. No turn is lost, no session has bytes that nobody pulls, no input waits that
/// nobody reads. (What it promises within turns, <see cref="Endpoint"/> and <see cref="SimTransport"/> check as it happens.)
/// </summary>
public sealed class IdleMeansEmpty : Invariant
{
    /// <inheritdoc/>
    public override void AtRest(World world)
    {
        foreach (var host in world.Hosts)
        {
            foreach (var endpoint in host.Endpoints)
            {
                endpoint.MustBeIdle();
            }

            foreach (var port in host.Ports)
            {
                port.MustBeIdle();
            }
        }
    }
}
