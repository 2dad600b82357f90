using System.Text;

namespace Quickwater.Audio;

/// <summary>
/// Titles among the bytes of an HTTP response, as players of internet radio ask for them with <c>Icy-MetaData: 1</c>. There is no standard; this is
/// what SHOUTcast and Icecast do and all players understand.
/// </summary>
/// <remarks>
/// <code>
///   ┌───────────────────────┬─────────┬──────────────────────────────┬───────────────────────┬───┬────
///   │ body, interval bytes  │ n u8    │ StreamTitle='...'; and zeros │ body, interval bytes  │ 0 │ ...
///   └───────────────────────┴─────────┴──────────────────────────────┴───────────────────────┴───┴────
///                             in 16s    16 n bytes                                             nothing new
/// </code>
/// </remarks>
public static class IcyMetadata
{
    /// <summary>Bytes of the body between two blocks: the value of <c>icy-metaint</c>. What Icecast sends by default.</summary>
    public const int IntervalBytes = 16_000;

    /// <summary>Bytes of a block at most: its length and 255 times 16.</summary>
    public const int BlockBytesMax = 1 + (255 * Unit);

    // The length of a block is one byte, and counts these.
    private const int Unit = 16;

    private static ReadOnlySpan<byte> Before => "StreamTitle='"u8;

    private static ReadOnlySpan<byte> Behind => "';"u8;

    /// <summary>Writes a block with a title and answers its length. A title that does not fit is cut at a whole character.</summary>
    /// <param name="block">At least <see cref="BlockBytesMax"/>.</param>
    /// <param name="title">
    /// What is playing. Nothing in it can end the block: control characters become spaces, and an apostrophe in front of a semicolon another one.
    /// </param>
    public static int Write(Span<byte> block, string title)
    {
        Before.CopyTo(block[1..]);
        var text = block.Slice(1 + Before.Length, BlockBytesMax - 1 - Before.Length - Behind.Length);
        var used = 0;
        Rune? before = null;
        foreach (var rune in title.EnumerateRunes())
        {
            var written = Rune.IsControl(rune) ? new Rune(' ') : rune;
            if (written.Value == ';' && before?.Value == '\'')
            {
                used -= 1;
                used += new Rune('\u2019').EncodeToUtf8(text[used..]);
            }

            // The longest rune, and as much again for an apostrophe that another has to stand in for.
            if (used + (2 * 4) > text.Length)
            {
                break;
            }

            used += written.EncodeToUtf8(text[used..]);
            before = written;
        }

        var length = Before.Length + used + Behind.Length;
        Behind.CopyTo(block[(1 + Before.Length + used)..]);
        var units = (length + Unit - 1) / Unit;
        block[(1 + length)..(1 + (units * Unit))].Clear();
        block[0] = (byte)units;
        return 1 + (units * Unit);
    }
}
