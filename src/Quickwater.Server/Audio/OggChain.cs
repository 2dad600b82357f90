using Quickwater.Audio;

namespace Quickwater.Server;

/// <summary>Where the links of an Ogg file stand in it. libsndfile plays the first and takes the rest for nothing.</summary>
internal static class OggChain
{
    // Some dozen pages.
    private const int BlockBytes = 64 * 1024;

    /// <summary>Where the link ends that begins there; null for one that goes on to the file's end, and for what is no Ogg.</summary>
    /// <exception cref="IOException">Reading failed.</exception>
    public static long? EndOfLink(string path, long start)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan, share: FileShare.ReadWrite | FileShare.Delete);
        var block = new byte[BlockBytes];
        var read = RandomAccess.Read(file, block.AsSpan(0, OggLinkReader.Magic.Length), start);
        if (!block.AsSpan(0, read).SequenceEqual(OggLinkReader.Magic))
        {
            return null;
        }

        var links = new OggLinkReader(start);
        while (links.Next is null && (read = RandomAccess.Read(file, block, links.Position)) > 0 && links.Read(block.AsSpan(0, read)))
        {
            // up to the next link, or the end
        }

        return links.Next;
    }
}
