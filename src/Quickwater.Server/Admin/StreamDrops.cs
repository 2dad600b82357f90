using System.Runtime.InteropServices;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Server;

/// <summary>The frames that a stream's viewers did not get: of those who left and of those who are there.</summary>
internal static class StreamDrops
{
    /// <summary>Counts by reason and kind.</summary>
    public static IReadOnlyDictionary<(Reason Why, FrameKind Kind), long> Of(Topic topic)
    {
        var sum = new Dictionary<(Reason, FrameKind), long>(topic.Drops.ReadByKind());
        foreach (var viewer in topic.Viewers)
        {
            foreach (var (drop, frames) in viewer.Drops.ReadByKind())
            {
                CollectionsMarshal.GetValueRefOrAddDefault(sum, drop, out _) += frames;
            }
        }

        return sum;
    }

    /// <summary>Counts by reason, under the reasons' metric tags.</summary>
    public static IReadOnlyDictionary<string, long> ByTag(IEnumerable<KeyValuePair<Reason, long>> counts) =>
        counts.ToDictionary(pair => pair.Key.Tag(), pair => pair.Value, StringComparer.Ordinal);

    /// <summary>The counts by reason alone, under the reasons' metric tags.</summary>
    public static IReadOnlyDictionary<string, long> ByTag(IEnumerable<KeyValuePair<(Reason Why, FrameKind Kind), long>> counts) => counts
        .GroupBy(pair => pair.Key.Why.Tag(), StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value), StringComparer.Ordinal);
}
