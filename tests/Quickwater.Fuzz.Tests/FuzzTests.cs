using Quickwater.Core;
using Quickwater.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Quickwater.Fuzz.Tests;

public sealed class FuzzTests(ITestOutputHelper output)
{
    private const long InputsMin = 1_000_000;

    // Why a session may end that has done nothing wrong.
    private static readonly Reason[] Orderly =
        [Reason.PeerClosed, Reason.ConnectionReset, Reason.Kicked, Reason.Drained, Reason.Completed, Reason.StreamEnded, Reason.RefusedByPeer];

    public static TheoryData<string> Sessions => [.. FuzzTarget.CreateAll().Where(target => target.IsSession).Select(target => target.Name)];

    public static TheoryData<string> Names => [.. FuzzTarget.CreateAll().Select(target => target.Name)];

    [Fact]
    [Requirement("RTMP-1.5/ends", "RTMP-2.7", "RTMP-3.10", "RTMP-20.1")]
    public void A_million_broken_inputs_end_with_a_reason_each_and_leave_nothing()
    {
        var reports = FuzzTarget.CreateAll().AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .Select(target => (target.IsSession, Report: FuzzRunner.Run(target, 1, target.InputsInCi))).ToArray();
        foreach (var (_, report) in reports)
        {
            output.WriteLine(report.ToString());
        }

        Assert.All(reports, pair => Assert.Null(pair.Report.Failure));
        var inputs = reports.Sum(pair => pair.Report.Inputs);
        Assert.True(inputs >= InputsMin, $"only {inputs} inputs");
        Assert.True(2 * reports.Sum(pair => pair.Report.PastHandshake) >= inputs, "less than half got past a handshake");
        Assert.All(
            reports.Where(pair => pair.IsSession),
            pair => Assert.True(pair.Report.PastHandshake >= pair.Report.Inputs * 9 / 10, pair.Report.ToString()));
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void A_session_that_nobody_broke_is_never_refused(string name)
    {
        var target = Assert.IsAssignableFrom<SessionTarget>(Find(name));
        for (var seed = 1UL; seed <= 200; seed++)
        {
            for (var form = 0; form < target.Forms; form++)
            {
                var outcome = target.RunUnbroken(new Rng(seed), form);
                Assert.True(
                    target.TooSlow.Contains(outcome.Reason)
                        || (outcome.PastHandshake && Orderly.Contains(outcome.Reason)),
                    $"seed {seed}, form {form}: {outcome}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_ends_the_same_way_whatever_came_before_it(string name)
    {
        var (first, second) = (Find(name), Find(name));
        for (var seed = 5000UL; seed < 5100; seed++)
        {
            second.Run(new Rng(seed + 1_000_000));
            Assert.Equal(first.Run(new Rng(seed)), second.Run(new Rng(seed)));
        }
    }

    [Fact]
    public void A_failure_tells_its_seed_and_how_to_replay_it()
    {
        var report = FuzzRunner.Run(new Planted(), 1, 100_000);

        Assert.NotNull(report.Failure);
        var seed = 1 + (ulong)report.Inputs;
        Assert.Contains($"planted, seed {seed}: System.IndexOutOfRangeException", report.Failure, StringComparison.Ordinal);
        Assert.Contains($"-- planted --seed {seed}", report.Failure, StringComparison.Ordinal);
        Assert.NotNull(FuzzRunner.Run(new Planted(), seed, 1).Failure);
    }

    [Fact]
    public void The_command_runs_one_target_and_explains_itself()
    {
        using var said = new StringWriter();

        Assert.Equal(0, FuzzCommand.Run(["rtmp-aggregate", "--count", "50"], said));
        Assert.Contains("rtmp-aggregate: 50 inputs", said.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, FuzzCommand.Run(["nothing"], said));
        Assert.Contains("--seed N", said.ToString(), StringComparison.Ordinal);
    }

    private static FuzzTarget Find(string name) => FuzzTarget.CreateAll().Single(target => target.Name == name);

    // Trusts a length as a parser might.
    private sealed class Planted() : CodecTarget([4, 1, 2, 3, 4])
    {
        public override string Name => "planted";

        public override string Description => "a parser that trusts its input";

        protected override Reason Read(byte[] input, Rng rng) => input.Length > 0 && input[input[0] & 7] == 0xEE ? Reason.MalformedMessage : Reason.None;
    }
}
