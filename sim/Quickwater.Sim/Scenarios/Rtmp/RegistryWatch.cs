using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>Holds the hub's register to its word: one publisher a name, and one end for each beginning.</summary>
internal sealed class RegistryWatch(World world) : IHubObserver
{
    private readonly Dictionary<string, ulong> _live = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> _silenced = new(StringComparer.Ordinal);
    private readonly HashSet<Subscription> _viewers = [];

    public void Started(Topic topic, ConnectionInfo publisher)
    {
        world.Require(_live.TryAdd(topic.Name, publisher.Id), $"{topic.Name} has one publisher at a time");
        if (_silenced.Remove(topic.Name, out var before))
        {
            world.Marks.Hit(before == publisher.Id ? "resumed-after-silence" : "taken-over-after-silence");
        }
    }

    public void Stopped(Topic topic, ConnectionInfo publisher, Reason why)
    {
        world.Require(
            _live.Remove(topic.Name, out var id) && id == publisher.Id, $"{topic.Name} is given up by the one who published it");
        if (why == Reason.IdleTimeout)
        {
            _silenced[topic.Name] = publisher.Id;
        }
    }

    public void Joined(Subscription viewer) => world.Require(_viewers.Add(viewer), "a viewer joins once");

    public void Left(Subscription viewer) => world.Require(_viewers.Remove(viewer), "a viewer leaves once");

    public void TimestampGap(Topic topic, TimeSpan gap)
    {
    }

    /// <summary>Everybody has gone.</summary>
    internal void MustBeEmpty() => world.Require(_live.Count == 0 && _viewers.Count == 0, "every beginning has had its end");
}
