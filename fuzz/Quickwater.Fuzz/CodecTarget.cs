using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>A codec on its own: valid samples, broken, and what may be said of the answer.</summary>
/// <param name="samples">Valid inputs.</param>
internal abstract class CodecTarget(params byte[][] samples) : FuzzTarget
{
    private const long AllocatedBytesMax = 1024 * 1024;
    private const int AllocatedPerByteMax = 4096;

    /// <inheritdoc/>
    public sealed override FuzzOutcome Run(Rng rng)
    {
        var input = Mutator.Mutate(rng, samples[rng.Below(samples.Length)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var why = Read(input, rng);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Check(allocated <= AllocatedBytesMax + ((long)AllocatedPerByteMax * input.Length), $"it allocated {allocated} bytes for {input.Length}");
        return new FuzzOutcome(why);
    }

    /// <summary>Reads the input. The answer is why it is refused; None when it is not.</summary>
    protected abstract Reason Read(byte[] input, Rng rng);
}
