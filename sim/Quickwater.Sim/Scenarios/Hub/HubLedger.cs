using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>What a hub promises at rest: every frame is accounted for, and every queue keeps its limit.</summary>
internal sealed class HubLedger(Media.Hub hub, int frameBytesMax) : Invariant
{
    // A publisher that was given up while its link stood still takes its stream up again that much later, and then sends what it had waiting.
    private static readonly TimeSpan MediaAheadMax = TimeSpan.FromMinutes(1);

    public override void AtRest(World world)
    {
        foreach (var topic in hub.Topics)
        {
            // The replay and the one ring of this scenario's one wire form.
            var held = topic.Stats.BytesHeld;
            world.Require(held <= 2 * (hub.Limits.TopicBytesMax + frameBytesMax), $"{topic.Name} holds {held} bytes, more than it may");

            // Cameras run at the pace of time: what they stamp on their frames must not make it more.
            var media = TimeSpan.FromMilliseconds(topic.StreamClock);
            world.Require(media <= world.Time.Elapsed + MediaAheadMax, $"a jump of the publisher's time is no media: {media} so far");
            foreach (var viewer in topic.Viewers)
            {
                var stats = viewer.Stats;
                world.Require(
                    stats.Offered == stats.Delivered + stats.Dropped + stats.Filtered + stats.Queued,
                    $"offered = delivered + dropped + filtered + queued: {stats}");
                world.Require(stats.Dropped == viewer.Drops.Total, $"every drop has its reason: {stats}, {viewer.Drops.Total}");
            }
        }
    }
}
