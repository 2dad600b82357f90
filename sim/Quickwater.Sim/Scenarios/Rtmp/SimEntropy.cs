using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>Unpredictable bytes that a seed predicts. For one world, so not thread-safe.</summary>
public sealed class SimEntropy(Rng rng) : IEntropy
{
    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => rng.Fill(bytes);
}
