using System.Runtime.CompilerServices;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Server;

/// <summary>
/// Which jumps of a stream's time line are worth a line: the first <see cref="BurstMax"/> within each <see cref="Interval"/>. The others are counted, and told with the next
/// line or at the stream's end. An encoder that jumps at every frame would otherwise fill the log. Thread-safe.
/// </summary>
internal sealed class GapLog(TimeProvider time)
{
    /// <summary>Lines about one stream within <see cref="Interval"/>.</summary>
    public const int BurstMax = 10;

    /// <summary>See <see cref="BurstMax"/>.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ConditionalWeakTable<Topic, Entry> _entries = [];

    /// <summary>Whether this jump is to be logged.</summary>
    /// <param name="topic">The stream.</param>
    /// <param name="unsaid">How many before it were not.</param>
    public bool IsDue(Topic topic, out long unsaid)
    {
        var entry = _entries.GetOrCreateValue(topic);
        lock (entry)
        {
            var now = time.GetTimestamp();
            if (entry.Since is not { } since || time.GetElapsedTime(since, now) >= Interval)
            {
                (entry.Since, entry.Said) = (now, 0);
            }

            if (entry.Said >= BurstMax)
            {
                entry.Unsaid++;
                unsaid = 0;
                return false;
            }

            entry.Said++;
            (unsaid, entry.Unsaid) = (entry.Unsaid, 0);
            return true;
        }
    }

    /// <summary>How many were not logged and not told of yet.</summary>
    public long TakeUnsaid(Topic topic)
    {
        if (!_entries.TryGetValue(topic, out var entry))
        {
            return 0;
        }

        lock (entry)
        {
            (var unsaid, entry.Unsaid) = (entry.Unsaid, 0);
            return unsaid;
        }
    }

    private sealed class Entry
    {
        public long? Since { get; set; }

        public int Said { get; set; }

        public long Unsaid { get; set; }
    }
}
