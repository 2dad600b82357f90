using Quickwater.Core;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>
/// Random publishers and viewers against an oracle that knows nothing of rings: what was sent decodes, configurations are in force
/// before the frames that need them, the ledger adds up after every step, and nothing is left behind.
/// </summary>
public sealed class DeliveryPropertyTests
{
    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 80).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    [Requirement("RTMP-5.4", "RTMP-5.5", "RTMP-5.8", "AUD-7.1", "AUD-7.3")]
    public void Any_stream_and_any_viewer_keep_the_promises(ulong seed)
    {
        using var play = new RandomPlay(seed);
        play.Run(steps: 1200);
        play.Finish();
    }

    [Fact]
    public void The_seeds_reach_the_rare_states()
    {
        var marks = new HashSet<string>(StringComparer.Ordinal);
        for (ulong seed = 1; seed <= 30; seed++)
        {
            using var play = new RandomPlay(seed);
            play.Run(steps: 1000);
            marks.UnionWith(play.Marks);
            play.Finish();
        }

        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "join-at-key", "drop-to-key", "resumed-on-key", "skip-to-live", "close-slow", "fell-behind-ring",
                "config-before-frame", "frame-split-between-batches",
            },
            marks);
    }
}
