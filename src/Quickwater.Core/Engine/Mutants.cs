namespace Quickwater.Core;

/// <summary>
/// Bugs that are planted on purpose in a build of its own, tests/Quickwater.Mutants, so that the simulator can prove that it would find them. Here they are
/// constants: the compiler leaves the planted code out of everything that users run (docs/adr/0036).
/// </summary>
internal static class Mutants
{
    /// <summary>A wake during a turn is forgotten.</summary>
    internal const bool LostWakeUp = false;

    /// <summary>A completion during a turn is forgotten.</summary>
    internal const bool LostCompletion = false;

    /// <summary>A session that paused is asked again only after input and commands.</summary>
    internal const bool ForgottenPause = false;

    /// <summary>After a reset the batch of a send in flight is given back before the send completes.</summary>
    internal const bool EarlyRelease = false;

    /// <summary>A segment is released twice behind a frame that was split between batches.</summary>
    internal const bool DoubleRelease = false;

    /// <summary>The next batch is pulled while a send is in flight.</summary>
    internal const bool SecondSend = false;

    /// <summary>The connection closes without waiting for the peer to finish.</summary>
    internal const bool RudeClose = false;

    /// <summary>A deadline that comes earlier than the armed one does not move the timer.</summary>
    internal const bool LateTimer = false;

    /// <summary>After a drop, video goes on in the middle of a group of pictures.</summary>
    internal const bool DropInsideGop = false;

    /// <summary>After a drop or a join, the configurations in force are not sent again.</summary>
    internal const bool SkippedConfig = false;

    /// <summary>Frames that are skipped are not counted.</summary>
    internal const bool UncountedDrop = false;

    /// <summary>An answer to an earlier question is taken for the answer to the present one.</summary>
    internal const bool StaleAnswer = false;

    /// <summary>A jump of the publisher's time counts as media that viewers are behind.</summary>
    internal const bool JumpIsLag = false;

    /// <summary>A viewer is not told where frames were skipped.</summary>
    internal const bool UntoldSkip = false;

    /// <summary>A ticker whose turn came late forgets the next time.</summary>
    internal const bool LostTick = false;

    /// <summary>A datagram port does not ask its session again once a send that waited is done.</summary>
    internal const bool UnaskedAfterSend = false;

    /// <summary>A datagram that another shard passes on wakes nobody.</summary>
    internal const bool LostStray = false;
}
