using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>A reader of what a stream is made of: whole and in pieces, what it finds and how it fails are the same, and no buffer is left.</summary>
/// <param name="pieceMax">Bytes in a piece, at most.</param>
/// <param name="samples">Valid inputs.</param>
internal abstract class ReaderTarget(int pieceMax, params byte[][] samples) : CodecTarget(samples)
{
    private readonly LeakCounters _leaks = new();

    /// <inheritdoc/>
    protected sealed override Reason Read(byte[] input, Rng rng)
    {
        var (whole, found) = Feed(input, input.Length, rng);
        var (pieces, again) = Feed(input, 1 + rng.Below(pieceMax), rng);
        Check(whole == pieces && found == again, $"whole: {whole}, {found:X}; in pieces: {pieces}, {again:X}");
        Check(_leaks.Read().IsZero, $"buffers are left: {_leaks.Read()}");
        return whole;
    }

    /// <summary>Reads the input in pieces of at most so many bytes. The answer is why it is refused, and a hash of what was found.</summary>
    protected abstract (Reason Why, ulong Found) Feed(byte[] input, int piece, Rng rng);

    /// <summary>Buffers whose leaks are noticed.</summary>
    protected PooledBytes.Pool NewPool() => new(_leaks, keptMax: 4);

    /// <summary>Where the piece ends that begins there.</summary>
    protected static int EndOfPiece(byte[] input, int start, int piece, Rng rng) =>
        Math.Min(input.Length, start + (piece == input.Length ? piece : 1 + rng.Below(piece)));

    /// <summary>The hash with bytes more.</summary>
    protected static ulong Mix(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
        {
            hash = (hash * 31) + one;
        }

        return (hash * 31) + (ulong)bytes.Length;
    }
}
