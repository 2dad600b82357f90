using System.Globalization;
using Quickwater.Audio;

namespace Quickwater.Server;

/// <summary>What a listener has received so far. Written by one thread, read by any.</summary>
internal sealed class ListenCounts : ITransfer
{
    private AudioClientStats? _stats;
    private long _chunks;
    private long _bytes;
    private long _ticks;
    private int _reconnects;

    /// <summary>What the client counts; null before it is connected.</summary>
    public AudioClientStats? Stats
    {
        get => Volatile.Read(ref _stats);
        set => Volatile.Write(ref _stats, value);
    }

    /// <summary>Chunks taken.</summary>
    public long Chunks => Volatile.Read(ref _chunks);

    /// <inheritdoc/>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, string Value)> Figures =>
    [
        ("audio", string.Create(CultureInfo.InvariantCulture, $"{new TimeSpan(Volatile.Read(ref _ticks)).TotalSeconds:0.0} s")),
        ("chunks", Chunks.ToString(CultureInfo.InvariantCulture)),
        ("lag", Milliseconds(Stats?.LatestLag)),
        ("jitter p99", Milliseconds(Stats?.Jitter.Percentile(0.99))),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, long Count)> Losses => [("dropped", Stats?.Missing ?? 0), ("reconnects", Volatile.Read(ref _reconnects))];

    /// <inheritdoc/>
    public void AddReconnect() => Interlocked.Increment(ref _reconnects);

    /// <summary>Counts one chunk.</summary>
    public void Add(int bytes, AudioFormat format)
    {
        Volatile.Write(ref _chunks, _chunks + 1);
        Volatile.Write(ref _bytes, _bytes + bytes);
        Volatile.Write(ref _ticks, _ticks + format.TimeOf(bytes / format.BytesPerFrame).Ticks);
    }

    private static string Milliseconds(TimeSpan? time) => time is { } known
        ? string.Create(CultureInfo.InvariantCulture, $"{known.TotalMilliseconds:0.0} ms")
        : "-";
}
