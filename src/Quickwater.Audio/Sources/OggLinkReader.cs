namespace Quickwater.Audio;

/// <summary>
/// Finds where in an Ogg file the next link of a chain begins: a new stream behind the end of the one before, as in recorded radio and in files that were put one behind the other. It does no
/// I/O and looks at headers of pages only, so its caller may leave out what lies between. Not thread-safe.
/// </summary>
/// <remarks>
/// <code>
///  0        4         5       6               14           18            22       26           27
/// ┌────────┬─────────┬───────┬───────────────┬────────────┬─────────────┬────────┬────────────┬──────────────────────┬──────┐
/// │ "OggS" │ version │ flags │ granule (8)   │ serial (4) │ number (4)  │ crc (4)│ segments u8│ sizes u8 x segments  │ body │
/// └────────┴─────────┴───────┴───────────────┴────────────┴─────────────┴────────┴────────────┴──────────────────────┴──────┘
/// </code>
/// RFC 3533, section 6. A page that begins a stream (flag 2) among those of a running one begins a link; those at the very front belong to the first.
/// </remarks>
/// <param name="start">Where in the file the present link begins.</param>
public sealed class OggLinkReader(long start)
{
    // The header as it is drawn above.
    private const int HeaderBytesMin = 27;
    private const int FlagsAt = 5;
    private const int SegmentsAt = 26;
    private const byte BeginsStream = 2;

    private bool _running; // behind the pages that begin its streams

    /// <summary>What a page begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "OggS"u8;

    /// <summary>Where in the file the bytes stand that it wants next.</summary>
    public long Position { get; private set; } = start;

    /// <summary>Where the next link begins; null while none was found.</summary>
    public long? Next { get; private set; }

    /// <summary>Looks at bytes of the file from <see cref="Position"/> on.</summary>
    /// <returns>Whether it went on; otherwise it wants more bytes from the same place, or has found the next link.</returns>
    public bool Read(ReadOnlySpan<byte> bytes)
    {
        var from = Position;
        while (Next is null && Position - from < bytes.Length && Step(bytes[(int)(Position - from)..]))
        {
            // from page to page
        }

        return Position > from;
    }

    private bool Step(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Magic.Length)
        {
            return false;
        }

        if (!bytes.StartsWith(Magic))
        {
            var at = bytes.IndexOf(Magic); // a page is cut short, or something else stands between
            Position += at >= 0 ? at : bytes.Length - Magic.Length + 1;
            return true;
        }

        if (bytes.Length < HeaderBytesMin || bytes.Length < HeaderBytesMin + bytes[SegmentsAt])
        {
            return false;
        }

        if ((bytes[FlagsAt] & BeginsStream) == 0)
        {
            _running = true;
        }
        else if (_running)
        {
            Next = Position;
            return false;
        }

        var body = 0;
        foreach (var size in bytes.Slice(HeaderBytesMin, bytes[SegmentsAt]))
        {
            body += size;
        }

        Position += HeaderBytesMin + bytes[SegmentsAt] + body;
        return true;
    }
}
