using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>What became of frames that were offered to listeners. At rest <c>Offered = Delivered + Dropped + Queued</c>.</summary>
/// <param name="Offered">Frames offered.</param>
/// <param name="Delivered">Frames handed to the transport whole.</param>
/// <param name="Dropped">Frames dropped, for a reason each.</param>
/// <param name="Queued">Frames still before listeners, or before those who left when they did.</param>
/// <param name="Bytes">Encoded bytes handed to the transport.</param>
public readonly record struct ListenerTotals(long Offered, long Delivered, long Dropped, long Queued, long Bytes)
{
    /// <summary>Whether every frame is accounted for.</summary>
    public bool AddsUp => Offered == Delivered + Dropped + Queued;

    /// <summary>These and one listener's.</summary>
    internal ListenerTotals Plus(in SubscriptionStats one) => new(
        Offered + one.Offered, Delivered + one.Delivered, Dropped + one.Dropped, Queued + one.Queued, Bytes + one.BytesDelivered);
}
