using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>Why <see cref="Subscription.Fill"/> stopped.</summary>
public enum FillStatus
{
    /// <summary>It has given everything there is; a wake follows when there is more.</summary>
    CaughtUp,

    /// <summary>The batch is full; there is more.</summary>
    More,

    /// <summary>A publisher begins here. Call again for its frames.</summary>
    StreamStarted,

    /// <summary>The publisher ended here, see <see cref="Subscription.StreamEndReason"/>. Call again: another one may have begun.</summary>
    StreamEnded,

    /// <summary>
    /// Frames were dropped here, all of them in one piece: <see cref="Subscription.Drops"/> has them. Only with
    /// <see cref="SubscribeOptions.TellsSkips"/>. Call again for the frames behind them.
    /// </summary>
    Skipped,

    /// <summary>
    /// Other configurations are in force for the frames behind this place: <see cref="Subscription.FindConfig"/> has them. Only with
    /// <see cref="SubscribeOptions.TellsConfigs"/>. Call again for the frames.
    /// </summary>
    Configured,

    /// <summary>The subscription is over, see <see cref="Subscription.Ended"/>.</summary>
    Over,
}
