using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// What became of the frames that were offered to one viewer. The ends of publications stand in the ring as well; they are no frames and not
/// counted. Under the topic's lock.
/// </summary>
internal struct ViewerLedger
{
    private readonly Tally _start;
    private Tally _behind;

    /// <summary>Opens the ledger of a viewer that starts at a place in the ring.</summary>
    internal ViewerLedger(WireRing ring, long start) => _start = _behind = ring.Before(start);

    /// <summary>Frames handed over whole.</summary>
    internal long Delivered { get; set; }

    /// <summary>Frames that the viewer does not want.</summary>
    internal long Filtered { get; set; }

    /// <summary>Bytes handed over.</summary>
    internal long Bytes { get; set; }

    /// <summary>Notes where the viewer stands: what lies before it may be gone from the ring when it is next asked for.</summary>
    internal void StandAt(WireRing ring, long cursor) => _behind = ring.Before(cursor);

    /// <summary>The ring let go of what the viewer had still before it; returns the frames that were lost.</summary>
    internal Tally FallBehind(WireRing ring)
    {
        var first = ring.Before(ring.First);
        var lost = first - _behind;
        _behind = first;
        return lost;
    }

    /// <summary>The ledger as it stands, of a cursor that is not behind the ring.</summary>
    internal readonly SubscriptionStats Read(WireRing ring, long cursor, long dropped, in HeldBytes held, in Lag lag) => new(
        (ring.Total - _start).Frames, Delivered, dropped, Filtered,
        (ring.Total - ring.Before(cursor)).Frames + (held.HasFrame ? 1 : 0), Bytes, lag.Time, lag.Bytes + held.FrameLeft);
}
