using System.Runtime.CompilerServices;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>
/// Which jumps of a stream's time line are worth a line: the first, and then one each <see cref="Interval"/>. An encoder that jumps at every
/// frame would otherwise fill the log. Thread-safe.
/// </summary>
internal sealed class GapLog(TimeProvider time)
{
    /// <summary>Between two lines about one stream.</summary>
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
            unsaid = entry.Unsaid;
            if (entry.Said is { } said && time.GetElapsedTime(said, now) < Interval)
            {
                entry.Unsaid++;
                return false;
            }

            (entry.Said, entry.Unsaid) = (now, 0);
            return true;
        }
    }

    private sealed class Entry
    {
        public long? Said { get; set; }

        public long Unsaid { get; set; }
    }
}
