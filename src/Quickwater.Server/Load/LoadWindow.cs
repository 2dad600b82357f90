namespace Quickwater.Server;

/// <summary>The time that is measured, on the machine's clock, and the delays of its frames.</summary>
internal sealed class LoadWindow
{
    private long _from = long.MaxValue;
    private long _to = long.MaxValue;

    /// <summary>Whether frames that are not a load's count too, by the time they come.</summary>
    public bool HasForeign { get; init; }

    /// <summary>Its beginning.</summary>
    public long From => Volatile.Read(ref _from);

    /// <summary>Its end.</summary>
    public long To => Volatile.Read(ref _to);

    /// <summary>Delays since the instants of the schedule: what viewers suffer, whoever's fault it is.</summary>
    public DelayHistogram SinceDue { get; } = new();

    /// <summary>Delays since the frame was given to the publisher's connection.</summary>
    public DelayHistogram SinceSent { get; } = new();

    /// <summary>Begins now.</summary>
    public void Begin() => Volatile.Write(ref _from, TimeProvider.System.GetTimestamp());

    /// <summary>Ends now.</summary>
    public void End() => Volatile.Write(ref _to, TimeProvider.System.GetTimestamp());

    /// <summary>Whether an instant is in it.</summary>
    public bool Contains(long at) => at >= From && at < To;
}
