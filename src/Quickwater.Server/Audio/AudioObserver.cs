using Microsoft.Extensions.Logging;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Server;

/// <summary>Logs the life of stations and listeners. Thread-safe.</summary>
internal sealed class AudioObserver(ILogger log) : IHubObserver
{
    /// <inheritdoc/>
    public void Started(Topic topic, ConnectionInfo publisher) => Log.StationOnAir(log, topic.Name);

    /// <inheritdoc/>
    public void Stopped(Topic topic, ConnectionInfo publisher, Reason why) =>
        Log.StationOffAir(log, Log.Level(Reasons.Describe(why)), topic.Name, why.Text(), why.Tag());

    /// <inheritdoc/>
    public void Joined(Subscription viewer)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            var (id, remote) = Who(viewer);
            Log.ListenerJoined(log, viewer.Topic.Name, id, remote, viewer.Topic.Stats.Viewers);
        }
    }

    /// <inheritdoc/>
    public void Left(Subscription viewer)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            var (id, remote) = Who(viewer);
            var stats = viewer.Stats;
            var drops = string.Join(", ", viewer.Drops.Read().Select(pair => $"{pair.Key.Tag()} {pair.Value}"));
            Log.ListenerLeft(log, viewer.Topic.Name, id, remote, stats.Delivered, stats.Dropped, drops.Length > 0 ? drops : "none");
        }
    }

    /// <inheritdoc/>
    public void Lagged(Subscription viewer, Reason why)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            var (id, remote) = Who(viewer);
            Log.ListenerLags(log, viewer.Topic.Name, id, remote, why.Text(), why.Tag());
        }
    }

    /// <inheritdoc/>
    public void TimestampGap(Topic topic, TimeSpan gap) => Log.TimestampGap(log, topic.Name, (long)gap.TotalMilliseconds, 0);

    private static (ulong Id, string Remote) Who(Subscription viewer) =>
        viewer.Mailbox is Connection connection ? (connection.Info.Id, connection.Info.Remote.ToString()) : (0, "?");
}
