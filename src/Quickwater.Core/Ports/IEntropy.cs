namespace Quickwater.Core;

/// <summary>
/// Where secrets and other unpredictable bytes come from: the operating system in production, a seed in the simulator.
/// Everything that need not be secret uses <see cref="Rng"/>. Implementations are thread-safe.
/// </summary>
public interface IEntropy
{
    /// <summary>Fills the whole span with unpredictable bytes.</summary>
    void Fill(Span<byte> bytes);
}
