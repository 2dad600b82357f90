using Quickwater.Audio;

namespace Quickwater.Server;

/// <summary>One file or pipe that is being decoded, by one worker.</summary>
internal interface IAudioTrack : IDisposable
{
    /// <summary>The format of what it gives.</summary>
    AudioFormat Format { get; }

    /// <summary>What it is called.</summary>
    string Title { get; }

    /// <summary>Reads whole sample frames, samples little-endian; 0 at the end.</summary>
    /// <exception cref="IOException">Reading failed.</exception>
    ValueTask<int> ReadAsync(Memory<byte> samples, CancellationToken cancel);
}
