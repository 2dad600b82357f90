namespace Quickwater.Audio;

/// <summary>How far a read of a source got.</summary>
public enum SourceStatus
{
    /// <summary>Whole sample frames were read.</summary>
    Data,

    /// <summary>
    /// Nothing was read: from here on <see cref="IAudioSource.Format"/> or <see cref="IAudioSource.Title"/> is another. A source starts with it.
    /// </summary>
    Changed,

    /// <summary>Nothing was read: there is nothing now. The reader is woken when there is more.</summary>
    Starved,

    /// <summary>Nothing was read: it is over, see <see cref="IAudioSource.Ended"/>.</summary>
    Ended,
}
