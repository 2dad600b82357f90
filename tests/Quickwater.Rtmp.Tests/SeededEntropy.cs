using Quickwater.Core;

namespace Quickwater.Rtmp.Tests;

internal sealed class SeededEntropy(ulong seed) : IEntropy
{
    private readonly Rng _rng = new(seed);

    public void Fill(Span<byte> bytes) => _rng.Fill(bytes);
}
