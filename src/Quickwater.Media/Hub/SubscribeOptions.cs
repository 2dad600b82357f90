using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>What becomes of a viewer that lags by more than its bounds.</summary>
public enum SlowPolicy
{
    /// <summary>Skip video to a later key, keep audio as long as possible.</summary>
    DropToKey,

    /// <summary>Skip everything to the live edge, at a frame boundary.</summary>
    DropOldest,

    /// <summary>End the subscription.</summary>
    CloseSlow,
}

/// <summary>What a topic gives to a viewer that joins.</summary>
public enum Replay
{
    /// <summary>Nothing of the past: live frames only, from the next key on.</summary>
    None,

    /// <summary>The configurations in force, then live frames from the next key on.</summary>
    LastConfig,

    /// <summary>The configurations, then everything since the latest key: an instant start.</summary>
    Gop,
}

/// <summary>How one viewer wants a topic. Immutable.</summary>
public sealed record SubscribeOptions
{
    /// <summary>What it gets of the past.</summary>
    public Replay Replay { get; init; } = Replay.Gop;

    /// <summary>
    /// With <see cref="Replay.Gop"/>: how far behind the live edge it may start, at the earliest key there, for a quick start where keys are
    /// many. Zero starts at the latest key, wherever it is. What is kept of the past is <see cref="HubLimits.ReplayMin"/>.
    /// </summary>
    public TimeSpan StartBehind { get; init; }

    /// <summary>
    /// Whether <see cref="Subscription.Fill"/> stops behind frames that it skipped with <see cref="FillStatus.Skipped"/>, so that the viewer can be told
    /// where the gap is.
    /// </summary>
    public bool TellsSkips { get; init; }

    /// <summary>
    /// Whether <see cref="Subscription.Fill"/> stops with <see cref="FillStatus.Configured"/> before the first frame and wherever other configurations
    /// come into force: for a viewer whose wire form leaves them out.
    /// </summary>
    public bool TellsConfigs { get; init; }

    /// <summary>What becomes of it when it lags.</summary>
    public SlowPolicy Policy { get; init; } = SlowPolicy.DropToKey;

    /// <summary>
    /// Media time behind the live edge at which the policy acts. With <see cref="SlowPolicy.DropToKey"/> it is the bound of pictures that others
    /// are built on. Longer than zero, at most an hour. Reason: <see cref="Reason.LagTimeExceeded"/>.
    /// </summary>
    public TimeSpan LagTimeMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Encoded bytes behind the live edge at which the policy acts. At half of it disposable pictures are dropped, at one and a half times
    /// keys. At least 1. Reason: <see cref="Reason.LagBytesExceeded"/>.
    /// </summary>
    public long LagBytesMax { get; init; } = 32 << 20;

    /// <summary>
    /// Media time behind the live edge from which disposable pictures are dropped, if it is shorter than <see cref="LagTimeMax"/>. A viewer
    /// that had to drop more gets everything again from a key that is this near.
    /// </summary>
    public TimeSpan DisposableLagTimeMax { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>Media time behind the live edge up to which keys are kept while the pictures between them are dropped.</summary>
    public TimeSpan KeyLagTimeMax { get; init; } = TimeSpan.FromSeconds(7.5);

    /// <summary>
    /// Media time behind the live edge up to which audio is kept while video is dropped; with <see cref="SlowPolicy.DropToKey"/> also the
    /// bound of a viewer that gets no video. What <see cref="HubLimits.RetainMax"/> does not keep is lost earlier.
    /// </summary>
    public TimeSpan AudioLagTimeMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a joiner may take to meet the live edge before the bounds apply to it as well. Reason:
    /// <see cref="Reason.CatchUpTimeout"/>.
    /// </summary>
    public TimeSpan CatchUpMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Whether a joiner may start further back than <see cref="LagTimeMax"/>, at the latest key, and catch up. A low-latency viewer says no, and
    /// waits for the next key when the GOP is longer than its bound.
    /// </summary>
    public bool CatchesUp { get; init; } = true;

    /// <summary>Bytes behind the live edge at which a joiner is no longer catching up but slow. Reason: <see cref="Reason.LagBytesExceeded"/>.</summary>
    public long CatchUpBytesMax { get; init; } = 64 << 20;

    /// <summary>Media in one batch of a viewer that has caught up: what is in flight is beyond dropping.</summary>
    public TimeSpan BatchTimeMax { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The same for a viewer that wants to be near the live edge: of no kind is anything kept that is older than the bound.</summary>
    /// <param name="bound">For example 500 ms.</param>
    public SubscribeOptions LowLatency(TimeSpan bound) => this with
    {
        LagTimeMax = bound,
        DisposableLagTimeMax = bound / 2,
        KeyLagTimeMax = bound,
        AudioLagTimeMax = bound,
        BatchTimeMax = BatchTimeMax < bound / 5 ? BatchTimeMax : bound / 5,
        CatchesUp = false,
    };

    /// <summary>What is wrong with these options: one sentence a fault.</summary>
    public IEnumerable<string> Validate()
    {
        (string Name, TimeSpan Value)[] times =
        [
            ("lagTimeMax", LagTimeMax), ("disposableLagTimeMax", DisposableLagTimeMax), ("keyLagTimeMax", KeyLagTimeMax),
            ("audioLagTimeMax", AudioLagTimeMax), ("batchTimeMax", BatchTimeMax),
        ];
        foreach (var (name, value) in times)
        {
            if (!IsBound(value))
            {
                yield return $"{name} is {value}; allowed is longer than 0 and at most 1 h";
            }
        }

        if (CatchUpMax < TimeSpan.Zero)
        {
            yield return $"catchUpMax is {CatchUpMax}; allowed is 0 and longer";
        }

        if (LagBytesMax < 1 || CatchUpBytesMax < 1)
        {
            yield return $"lagBytesMax is {LagBytesMax} and catchUpBytesMax is {CatchUpBytesMax}; allowed is 1 and more";
        }
    }

    private static bool IsBound(TimeSpan time) => time > TimeSpan.Zero && time <= TimeSpan.FromHours(1);
}
