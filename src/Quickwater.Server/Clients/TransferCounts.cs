using System.Globalization;
using Quickwater.Media;

namespace Quickwater.Server;

/// <summary>What a client has sent or received so far. Written by one thread, read by any.</summary>
internal sealed class TransferCounts : ITransfer
{
    private long _audio;
    private long _video;
    private long _data;
    private long _bytes;
    private long _milliseconds;
    private long _dropped;
    private int _reconnects;

    /// <summary>Audio frames.</summary>
    public long Audio => Volatile.Read(ref _audio);

    /// <summary>Video frames.</summary>
    public long Video => Volatile.Read(ref _video);

    /// <summary>Data frames.</summary>
    public long Data => Volatile.Read(ref _data);

    /// <inheritdoc/>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Media time from the first frame to the latest.</summary>
    public TimeSpan MediaTime => TimeSpan.FromMilliseconds(Volatile.Read(ref _milliseconds));

    /// <summary>All frames.</summary>
    public long Frames => Audio + Video + Data;

    /// <summary>Frames that were not sent: a break made them useless.</summary>
    public long Dropped
    {
        get => Volatile.Read(ref _dropped);
        set => Volatile.Write(ref _dropped, value);
    }

    /// <summary>Times that the connection was lost and tried again.</summary>
    public int Reconnects => Volatile.Read(ref _reconnects);

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, string Value)> Figures =>
    [
        ("media", string.Create(CultureInfo.InvariantCulture, $"{MediaTime.TotalSeconds:0.0} s")),
        ("video", Video.ToString(CultureInfo.InvariantCulture)),
        ("audio", Audio.ToString(CultureInfo.InvariantCulture)),
        ("data", Data.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, long Count)> Losses => [("dropped", Dropped), ("reconnects", Reconnects)];

    /// <inheritdoc/>
    public void AddReconnect() => Interlocked.Increment(ref _reconnects);

    /// <summary>Counts one frame.</summary>
    public void Add(FlvTagType type, int bytes, long milliseconds)
    {
        ref var count = ref _data;
        if (type == FlvTagType.Audio)
        {
            count = ref _audio;
        }
        else if (type == FlvTagType.Video)
        {
            count = ref _video;
        }

        Volatile.Write(ref count, count + 1);
        Volatile.Write(ref _bytes, _bytes + bytes);
        Volatile.Write(ref _milliseconds, Math.Max(_milliseconds, milliseconds));
    }
}
