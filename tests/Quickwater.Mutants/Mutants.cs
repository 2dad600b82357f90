namespace Quickwater.Core;

/// <summary>
/// The switches of the planted bugs, in the place of the constants that everybody else compiles. Read once, so that the compiler at run time removes the rest.
/// </summary>
internal static class Mutants
{
    /// <summary>A wake during a turn is forgotten.</summary>
    internal static readonly bool LostWakeUp = Planted.Is("lost-wake-up");

    /// <summary>A completion during a turn is forgotten.</summary>
    internal static readonly bool LostCompletion = Planted.Is("lost-completion");

    /// <summary>A session that paused is asked again only after input and commands.</summary>
    internal static readonly bool ForgottenPause = Planted.Is("forgotten-pause");

    /// <summary>After a reset the batch of a send in flight is given back before the send completes.</summary>
    internal static readonly bool EarlyRelease = Planted.Is("early-release");

    /// <summary>A segment is released twice behind a frame that was split between batches.</summary>
    internal static readonly bool DoubleRelease = Planted.Is("double-release");

    /// <summary>The next batch is pulled while a send is in flight.</summary>
    internal static readonly bool SecondSend = Planted.Is("second-send");

    /// <summary>The connection closes without waiting for the peer to finish.</summary>
    internal static readonly bool RudeClose = Planted.Is("rude-close");

    /// <summary>A deadline that comes earlier than the armed one does not move the timer.</summary>
    internal static readonly bool LateTimer = Planted.Is("late-timer");

    /// <summary>After a drop, video goes on in the middle of a group of pictures.</summary>
    internal static readonly bool DropInsideGop = Planted.Is("drop-inside-gop");

    /// <summary>After a drop or a join, the configurations in force are not sent again.</summary>
    internal static readonly bool SkippedConfig = Planted.Is("skipped-config");

    /// <summary>Frames that are skipped are not counted.</summary>
    internal static readonly bool UncountedDrop = Planted.Is("uncounted-drop");

    /// <summary>An answer to an earlier question is taken for the answer to the present one.</summary>
    internal static readonly bool StaleAnswer = Planted.Is("stale-answer");

    /// <summary>A jump of the publisher's time counts as media that viewers are behind.</summary>
    internal static readonly bool JumpIsLag = Planted.Is("jump-is-lag");

    /// <summary>A viewer is not told where frames were skipped.</summary>
    internal static readonly bool UntoldSkip = Planted.Is("untold-skip");

    /// <summary>A ticker whose turn came late forgets the next time.</summary>
    internal static readonly bool LostTick = Planted.Is("lost-tick");

    /// <summary>A datagram port does not ask its session again once a send that waited is done.</summary>
    internal static readonly bool UnaskedAfterSend = Planted.Is("unasked-after-send");

    /// <summary>A datagram that another shard passes on wakes nobody.</summary>
    internal static readonly bool LostStray = Planted.Is("lost-stray");

    /// <summary>The names of all of them.</summary>
    internal static IReadOnlyList<string> Names { get; } =
    [
        "lost-wake-up", "lost-completion", "forgotten-pause", "early-release", "double-release", "second-send", "rude-close",
        "late-timer", "drop-inside-gop", "skipped-config", "uncounted-drop", "stale-answer", "jump-is-lag", "untold-skip", "lost-tick",
        "unasked-after-send", "lost-stray",
    ];
}
