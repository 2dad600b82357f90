using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Client;

/// <summary>What a listener has received and its reader has not taken, on one time line. Written in the connection's turn, read by one reader.</summary>
/// <param name="bytesMax">Bytes that may wait.</param>
/// <param name="client">Where buffers and the time come from.</param>
/// <param name="accepted">Told when the server accepts.</param>
/// <param name="noticed">Told of notices.</param>
internal sealed class ChunkQueue(int bytesMax, ClientEngine client, Action accepted, Action<Notice>? noticed) : IAudioSink, IDisposable
{
    private const long StepMax = 1L << 40; // microseconds: the server's times are its own to choose
    private const long TimeMax = 1L << 56;

    private AudioFormat _format;
    private string _title = "";
    private Instant _lastAt;
    private long _lastMicroseconds;
    private long _time; // microseconds
    private long _next = -1; // sequence number; -1 with a connection's first chunk
    private bool _any;

    /// <summary>The chunks.</summary>
    public ReceiveQueue<StationChunk> Chunks { get; } = new(bytesMax);

    /// <inheritdoc/>
    public bool IsFull => Chunks.IsFull;

    /// <summary>How long ago the latest chunk came; null before the first. Not while a connection is open.</summary>
    public TimeSpan? Silence => _any ? client.Engine.Clock.Now - _lastAt : null;

    /// <summary>The connection is over: the next one's numbers and times have nothing to do with those before.</summary>
    public void Over()
    {
        Chunks.Over();
        _next = -1;
    }

    /// <inheritdoc/>
    public void Accepted(in Accept accept) => accepted();

    /// <inheritdoc/>
    public void Format(in FormatNotice format) => _format = format.Format;

    /// <inheritdoc/>
    public void Chunk(in AudioChunk chunk)
    {
        var now = client.Engine.Clock.Now;
        var step = _next >= 0 ? unchecked(chunk.Microseconds - _lastMicroseconds)
            : _any ? (now - _lastAt).Ticks / TimeSpan.TicksPerMicrosecond
            : 0;
        _time = Math.Min(_time + Math.Clamp(step, 0, StepMax), TimeMax);
        var missing = _next >= 0 ? Math.Max(0, chunk.Sequence - _next) : 0;
        (_lastAt, _lastMicroseconds, _any) = (now, chunk.Microseconds, true);
        _next = chunk.Sequence < long.MaxValue ? Math.Max(0, chunk.Sequence + 1) : long.MaxValue;

        var body = client.Buffers.Rent();
        body.Append(chunk.Samples);
        Chunks.Add(new StationChunk(_format, _title, chunk.Sequence, TimeSpan.FromTicks(_time * TimeSpan.TicksPerMicrosecond), missing, body.Memory), body);
    }

    /// <inheritdoc/>
    public void Titled(string title) => _title = title;

    /// <inheritdoc/>
    public void Noticed(in Notice notice) => noticed?.Invoke(notice);

    /// <inheritdoc/>
    public void Listed(IReadOnlyList<StationEntry> stations)
    {
    }

    /// <inheritdoc/>
    public void Dispose() => Chunks.Dispose();
}
