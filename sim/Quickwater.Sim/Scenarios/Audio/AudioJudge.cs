using System.Buffers.Binary;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>A listener that checks every message: order, samples, formats, and that every gap was told.</summary>
internal sealed class AudioJudge(World world, string name) : IAudioSink
{
    private bool _accepted;
    private AudioFormat _format;
    private bool _skipTold;
    private long _sequence = -1;
    private long _sample = -1;
    private long _microseconds = long.MinValue;
    private long _earliest = long.MinValue;

    /// <summary>The number of the last chunk, or -1.</summary>
    internal long LastSequence => _sequence;

    /// <summary>Chunks that never came.</summary>
    internal long Missing { get; private set; }

    /// <summary>Whether it was told of a gap behind the last chunk: it lagged so far that it was made to skip to the very end.</summary>
    internal bool EndsWithSkip => _skipTold;

    public void Accepted(in Accept accept) => _accepted = true;

    public void Format(in FormatNotice format)
    {
        _format = format.Format;
        world.Require(_accepted, $"{name}: the accept comes before anything else");
    }

    public void Chunk(in AudioChunk chunk)
    {
        world.Require(_format.IsValid, $"{name}: the format comes before the first chunk");
        world.Require(chunk.Sequence > _sequence, $"{name}: chunk {chunk.Sequence} does not come behind {_sequence}");
        world.Require(chunk.Microseconds >= _microseconds, $"{name}: time goes forward");
        world.Require(chunk.Microseconds >= _earliest, $"{name}: chunk {chunk.Sequence} is more than a twentieth early");
        var follows = chunk.Sequence == _sequence + 1 || _sequence < 0;
        world.Require(follows || _skipTold, $"{name}: chunks {_sequence} to {chunk.Sequence} are missing and nobody told");
        var first = BinaryPrimitives.ReadInt32LittleEndian(chunk.Samples);
        for (var at = 0; at < chunk.Samples.Length; at += sizeof(int))
        {
            world.Require(
                BinaryPrimitives.ReadInt32LittleEndian(chunk.Samples[at..]) == first + (at / sizeof(int)), $"{name}: the samples of a chunk are the source's");
        }

        world.Require(
            _sequence < 0 || (follows ? first == _sample + 1 : first > _sample), $"{name}: sample {first} behind {_sample}, {(follows ? "without" : "with")} a gap");
        Missing += _sequence < 0 ? 0 : chunk.Sequence - _sequence - 1;
        _skipTold = false;
        _sequence = chunk.Sequence;
        _microseconds = chunk.Microseconds;
        _earliest = _microseconds + ((long)_format.TimeOf(chunk.Samples.Length / _format.BytesPerFrame).TotalMicroseconds * 19 / 20) - 1; // both are rounded
        _sample = first + (chunk.Samples.Length / sizeof(int)) - 1;
    }

    public void Titled(string title) => world.Require(title.StartsWith("track ", StringComparison.Ordinal), $"{name}: a title is one of the source's");

    public void Noticed(in Notice notice)
    {
        world.Marks.Hit($"notice-{notice.Kind.ToString().ToLowerInvariant()}");
        _earliest = notice.Kind == NoticeKind.OffAir ? long.MinValue : _earliest; // what comes then is counted from then
        _skipTold |= notice.Kind == NoticeKind.Skipped;
    }

    public void Listed(IReadOnlyList<StationEntry> stations) => world.Marks.Hit("stations-listed");
}
