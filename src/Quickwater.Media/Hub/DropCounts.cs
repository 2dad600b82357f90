using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>Frames that were not delivered, by reason and kind. Thread-safe; reading gives a snapshot.</summary>
public sealed class DropCounts
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(Reason Why, FrameKind Kind), long> _frames = [];
    private long _total;

    /// <summary>All of them.</summary>
    public long Total => Volatile.Read(ref _total);

    /// <summary>The reason of the latest one.</summary>
    public Reason Latest { get; private set; }

    /// <summary>A copy of the counts by reason.</summary>
    public IReadOnlyDictionary<Reason, long> Read()
    {
        var byReason = new Dictionary<Reason, long>();
        lock (_lock)
        {
            foreach (var ((why, _), frames) in _frames)
            {
                byReason[why] = byReason.GetValueOrDefault(why) + frames;
            }
        }

        return byReason;
    }

    /// <summary>A copy of the counts by reason and kind: audio that is lost weighs more than video that was skipped.</summary>
    public IReadOnlyDictionary<(Reason Why, FrameKind Kind), long> ReadByKind()
    {
        lock (_lock)
        {
            return new Dictionary<(Reason, FrameKind), long>(_frames);
        }
    }

    internal void Add(Reason why, FrameKind kind, long frames)
    {
        if (frames == 0)
        {
            return;
        }

        lock (_lock)
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_frames, (why, kind), out _) += frames;
            Volatile.Write(ref _total, _total + frames);
            Latest = why;
        }
    }

    internal void Add(Reason why, in Tally frames)
    {
        Add(why, FrameKind.Audio, frames.Audio);
        Add(why, FrameKind.Video, frames.Video);
        Add(why, FrameKind.Data, frames.Data);
    }
}
