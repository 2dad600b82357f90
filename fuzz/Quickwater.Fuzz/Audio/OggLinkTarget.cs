using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>Ogg files. However many bytes it sees at once, the next link is at the same place.</summary>
internal sealed class OggLinkTarget() : CodecTarget(
    [.. Page(2, 30), .. Page(0, 300), .. Page(4, 3), .. Page(2, 10), .. Page(0, 1)], [.. Page(2, 5), .. Page(2, 5), .. Page(0, 0), .. "between"u8, .. Page(2, 40)])
{
    /// <inheritdoc/>
    public override string Name => "ogg-link";

    /// <inheritdoc/>
    public override string Description => "where the links of a chained Ogg file begin";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var whole = Find(input, input.Length);
        var pieces = Find(input, 1 + rng.Below(40));
        Check(whole == pieces, $"whole: {whole}; in pieces: {pieces}");
        Check(whole is null || (whole < input.Length && input.AsSpan((int)whole).StartsWith(OggLinkReader.Magic)), $"no link is at {whole}");
        return whole is null ? Reason.TruncatedInput : Reason.None;
    }

    // Piece by piece, each as much longer as it takes to go on.
    private static long? Find(byte[] input, int piece)
    {
        var links = new OggLinkReader(0);
        while (links.Next is null && links.Position < input.Length)
        {
            var (at, length) = ((int)links.Position, Math.Min(piece, input.Length - (int)links.Position));
            while (!links.Read(input.AsSpan(at, length)) && links.Next is null)
            {
                if (at + length >= input.Length)
                {
                    return null;
                }

                length++;
            }

            Check(links.Next is not null || links.Position > at, "it does not go on");
        }

        return links.Next;
    }

    private static byte[] Page(byte flags, int body)
    {
        byte[] sizes = [.. Enumerable.Repeat((byte)255, body / 255), (byte)(body % 255)];
        return [.. "OggS"u8, 0, flags, .. new byte[20], (byte)sizes.Length, .. sizes, .. Enumerable.Range(0, body).Select(static i => (byte)i)];
    }
}
