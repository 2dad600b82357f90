using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>
/// Gets sample frames out of the bytes of a file or pipe, however they are cut. It does no I/O: bytes come in as arguments. Not thread-safe.
/// </summary>
public interface IPcmReader
{
    /// <summary>The format of what comes out; not valid before it is known.</summary>
    AudioFormat Format { get; }

    /// <summary>Why nothing more will come out; <see cref="Reason.None"/> while something may, <see cref="Reason.Completed"/> at the end.</summary>
    Reason Ended { get; }

    /// <summary>
    /// Takes bytes from the front of the input and writes whole sample frames, samples little-endian. It stops when the input is used up, when the
    /// destination has no room for another frame, or when the format becomes known.
    /// </summary>
    /// <returns>Bytes written.</returns>
    int Read(ref ReadOnlySpan<byte> input, Span<byte> destination);

    /// <summary>The input is over: a container that never came to its samples ends with <see cref="Reason.MalformedContainer"/>.</summary>
    void Finish();
}
