using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>Nobody logs in a simulation.</summary>
internal sealed class SilentHubObserver : IHubObserver
{
    public void Started(Topic topic, ConnectionInfo publisher)
    {
    }

    public void Stopped(Topic topic, ConnectionInfo publisher, Reason why)
    {
    }

    public void Joined(Subscription viewer)
    {
    }

    public void Left(Subscription viewer)
    {
    }

    public void TimestampGap(Topic topic, TimeSpan gap)
    {
    }
}
