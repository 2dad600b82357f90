using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// The ledger of one viewer. At rest <c>Offered = Delivered + Dropped + Filtered + Queued</c> holds exactly.
/// </summary>
/// <param name="Offered">Frames published since it joined, counted from where its replay started.</param>
/// <param name="Delivered">Frames handed to the transport whole.</param>
/// <param name="Dropped">Frames not delivered although wanted; <see cref="Subscription.Drops"/> has the reasons.</param>
/// <param name="Filtered">Frames that the viewer said it does not want.</param>
/// <param name="Queued">Frames still before it, a frame that is partly sent among them.</param>
/// <param name="BytesDelivered">Encoded bytes handed to the transport.</param>
/// <param name="LagTime">Media time behind the live edge, without what the operating system holds.</param>
/// <param name="LagBytes">Encoded bytes behind the live edge.</param>
public readonly record struct SubscriptionStats(
    long Offered, long Delivered, long Dropped, long Filtered, long Queued, long BytesDelivered, TimeSpan LagTime, long LagBytes);
