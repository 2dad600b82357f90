using System.Diagnostics.CodeAnalysis;
using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>Runs a target over many seeds. An input is its seed: the same seed gives the same input anywhere.</summary>
internal static class FuzzRunner
{
    // An input takes microseconds. One that takes this long on a machine that stalls for seconds has a loop without end.
    private static readonly TimeSpan HangTime = TimeSpan.FromMinutes(2);

    /// <summary>Feeds the inputs of seeds <paramref name="first"/> and following, and stops at the first failure.</summary>
    public static FuzzReport Run(FuzzTarget target, ulong first, long count)
    {
        var run = new Progress();
        var worker = new Thread(() => Feed(target, first, count, run)) { IsBackground = true, Name = target.Name };
        worker.Start();
        for (var seen = -1L; !worker.Join(HangTime);)
        {
            var inputs = Volatile.Read(ref run.Inputs);
            if (inputs == seen)
            {
                return Report(target, run, inputs, Describe(target, first + (ulong)inputs, $"it did not end within {HangTime.TotalSeconds} s"));
            }

            seen = inputs;
        }

        return Report(target, run, run.Inputs, run.Failure);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever escapes from an input is its failure.")]
    private static void Feed(FuzzTarget target, ulong first, long count, Progress run)
    {
        for (var i = 0L; i < count; i++)
        {
            var seed = first + (ulong)i;
            try
            {
                var outcome = target.Run(new Rng(seed));
                run.PastHandshake += outcome.PastHandshake ? 1 : 0;
                run.Reasons[outcome.Reason] = run.Reasons.GetValueOrDefault(outcome.Reason) + 1;
            }
            catch (Exception fault)
            {
                run.Failure = Describe(target, seed, fault is FuzzFailedException ? fault.Message : fault.ToString());
                return;
            }

            Volatile.Write(ref run.Inputs, i + 1);
        }
    }

    private static FuzzReport Report(FuzzTarget target, Progress run, long inputs, string? failure) =>
        new(target.Name, inputs, run.PastHandshake, new Dictionary<Reason, long>(failure is null ? run.Reasons : []), failure);

    private static string Describe(FuzzTarget target, ulong seed, string what) =>
        $"{target.Name}, seed {seed}: {what}\nreplay: dotnet run -c Release --project fuzz/Quickwater.Fuzz -- {target.Name} --seed {seed}";

    private sealed class Progress
    {
        public long Inputs;
        public long PastHandshake;
        public string? Failure;

        public Dictionary<Reason, long> Reasons { get; } = [];
    }
}
