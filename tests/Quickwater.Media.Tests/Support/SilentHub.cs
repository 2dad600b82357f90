using Quickwater.Core;

namespace Quickwater.Media.Tests;

/// <summary>Counts what a hub tells.</summary>
internal sealed class SilentHub : IHubObserver
{
    private int _started;
    private int _stopped;
    private int _joined;
    private int _left;

    internal (int Started, int Stopped, int Joined, int Left) Counts => (_started, _stopped, _joined, _left);

    internal List<TimeSpan> Gaps { get; } = [];

    internal List<Reason> Lags { get; } = [];

    internal int KeysMissed { get; private set; }

    public void Started(Topic topic, ConnectionInfo publisher) => Interlocked.Increment(ref _started);

    public void Stopped(Topic topic, ConnectionInfo publisher, Reason why) => Interlocked.Increment(ref _stopped);

    public void Joined(Subscription viewer) => Interlocked.Increment(ref _joined);

    public void Left(Subscription viewer) => Interlocked.Increment(ref _left);

    public void Lagged(Subscription viewer, Reason why)
    {
        lock (Lags)
        {
            Lags.Add(why);
        }
    }

    public void KeysMissing(Topic topic) => KeysMissed++;

    public void TimestampGap(Topic topic, TimeSpan gap) => Gaps.Add(gap);
}
