using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>One file or pipe that is being decoded, by one worker.</summary>
internal interface IAudioTrack : IDisposable
{
    /// <summary>The format of what it gives.</summary>
    AudioFormat Format { get; }

    /// <summary>What it is called.</summary>
    string Title { get; }

    /// <summary>Reads whole sample frames, samples little-endian; 0 at the end of the part.</summary>
    /// <exception cref="IOException">Reading failed.</exception>
    ValueTask<int> ReadAsync(Memory<byte> samples, CancellationToken cancel);

    /// <summary>
    /// Goes on with the next part of the file, which may have another format and title; false when there is none. With a reason, there is one that cannot be played, and the next call goes on behind it.
    /// </summary>
    /// <exception cref="IOException">Reading failed.</exception>
    bool TryGoOn(out Reason why, out string text)
    {
        (why, text) = (Reason.None, "");
        return false;
    }
}
