using Quickwater.Audio;

namespace Quickwater.Client;

/// <summary>One chunk of a station's audio as a listener gives it.</summary>
/// <param name="Format">What the samples are. It may change from one chunk to the next.</param>
/// <param name="Title">What is playing; empty when the station does not say.</param>
/// <param name="Sequence">The station's number of the chunk. A server that restarts counts from 0.</param>
/// <param name="Time">
/// When its first sample was due, from the first chunk on. It never goes back, and goes on over reconnects by as much as the break was long.
/// </param>
/// <param name="Missing">How many chunks are missing in front of it, by the numbers: this client was made to skip. What a break between connections took does not count.</param>
/// <param name="Samples">Whole sample frames, interleaved, little-endian. Valid until the next chunk is asked for: copy what you keep.</param>
public readonly record struct StationChunk(AudioFormat Format, string Title, long Sequence, TimeSpan Time, long Missing, ReadOnlyMemory<byte> Samples);
