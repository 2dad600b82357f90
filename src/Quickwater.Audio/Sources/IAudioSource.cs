using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>
/// Where a station's samples come from. It has one reader, which calls it within turns: so it never blocks, and what needs a disk or a pipe reads
/// ahead on a worker of its own, bounded.
/// </summary>
public interface IAudioSource : IDisposable
{
    /// <summary>The format of what the next read gives; not valid before the first <see cref="SourceStatus.Changed"/>.</summary>
    AudioFormat Format { get; }

    /// <summary>What is playing; empty when that is not known.</summary>
    string Title { get; }

    /// <summary>Where that comes from, such as a file's path, for the log; empty when nobody needs to know.</summary>
    string Origin => "";

    /// <summary>Why it is over; <see cref="Reason.Completed"/> when it came to its end.</summary>
    Reason Ended { get; }

    /// <summary>Whether the next read would give something: data, a change or the end.</summary>
    bool IsReady { get; }

    /// <summary>
    /// How much audio is ready and waits for the next read, of a source that is live: each bit of it makes everybody hear later. Zero for a source that
    /// waits for its reader, such as a file: nothing of it is ever late.
    /// </summary>
    TimeSpan Backlog { get; }

    /// <summary>Names who is woken when there is more after <see cref="SourceStatus.Starved"/>. Called once, before the first read.</summary>
    void Bind(IMailbox reader);

    /// <summary>Reads whole sample frames, as many as there are and fit.</summary>
    /// <param name="destination">Room for at least one sample frame.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="bytes">Bytes read: more than 0 with <see cref="SourceStatus.Data"/>, else 0.</param>
    SourceStatus Read(Span<byte> destination, Instant now, out int bytes);
}
