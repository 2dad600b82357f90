namespace Quickwater.Server.Tests;

/// <summary>A clock that goes on when the test says so.</summary>
internal sealed class HandTime : TimeProvider
{
    public TimeSpan Elapsed { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Elapsed.Ticks;
}
