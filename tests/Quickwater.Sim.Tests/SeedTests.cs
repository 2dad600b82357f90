using Xunit;

namespace Quickwater.Sim.Tests;

/// <summary>Seeds that broke a promise once keep it now. What was wrong stands beside each; what matters beyond the seed has a test of its own as well.</summary>
public sealed class SeedTests
{
    public static TheoryData<string, ulong> Mended => new()
    {
        // The judge: a drain came between closeStream and the answer behind it, and the player counted as one that still plays.
        { "rtmp", 1_000_041 },
        { "rtmp", 1_000_366 },

        // The code, before it was released: media of a stream whose publishing was refused went into the connection's other publication.
        { "rtmp", 5_881_251_019 },
        { "rtmp", 5_881_251_130 },
        { "rtmp", 5_881_251_159 },

        // The code, before it was released: a drained HTTP listener whose last batch ended within a frame had always more to send, and never anything.
        { "audio", 5_881_251_277 },
        { "audio", 5_881_251_282 },
        { "audio", 5_881_251_326 },
    };

    [Theory]
    [MemberData(nameof(Mended))]
    public void A_seed_that_broke_a_promise_keeps_it_now(string scenario, ulong seed)
    {
        var outcome = SimRunner.RunOne(Scenario.All.First(one => one.Name == scenario), seed);
        Assert.True(outcome.Failure is null, outcome.Failure?.Message);
    }
}
