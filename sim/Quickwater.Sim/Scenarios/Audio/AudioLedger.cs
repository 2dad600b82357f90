using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>What the stations promise at rest: every frame and every listener is accounted for, and nobody is over a limit.</summary>
internal sealed class AudioLedger(AudioServer audio, SimHost server) : Invariant
{
    public override void AtRest(World world)
    {
        var seated = 0;
        foreach (var station in audio.Stations.All)
        {
            var totals = station.Totals;
            world.Require(totals.AddsUp, $"{station.Name}: offered = delivered + dropped + queued: {totals}");
            var stats = station.Stats;
            world.Require(stats.TakenBack <= stats.Slipped, $"{station.Name} slipped by {stats.Slipped} and took {stats.TakenBack} back");
            var listeners = station.Listeners;
            world.Require(listeners.Now <= station.Options.ListenersMax, $"{station.Name} has {listeners.Now} listeners");
            world.Require(
                listeners.Opened == listeners.Now + listeners.Closed.Values.Sum(), $"{station.Name}: opened = now + closed by reason");
            seated += listeners.Now;
        }

        world.Require(audio.Clients.Count <= audio.Options.ClientsMax, $"{audio.Clients.Count} clients");
        world.Require(seated <= audio.Clients.Count && audio.Clients.Count <= server.Engine.OpenCount, "who listens is a client, and who is a client is connected");
    }
}
