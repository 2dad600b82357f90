using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>Wakes a topic's viewers at the end of the flush interval.</summary>
internal sealed class FlushTimer(Topic topic) : DeadlineQueue.Entry
{
    internal override void Due() => topic.WakeWaiters(topic.Hub.Engine.Clock.Now);

    internal override void Faulted(Exception fault) => topic.Hub.Engine.Fault(ConnectionInfo.OfThread("flush"), fault);
}
