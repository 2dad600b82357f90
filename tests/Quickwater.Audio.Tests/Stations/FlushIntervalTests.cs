namespace Quickwater.Audio.Tests;

public sealed class FlushIntervalTests
{
    [Theory]
    [InlineData(20, 100, 0, 0, 20)]
    [InlineData(20, 100, 133, 0, 20)] // 0.3 ms a listener
    [InlineData(20, 100, 134, 0, 40)]
    [InlineData(20, 100, 100_000, 0, 100)]
    [InlineData(20, 119, 100_000, 0, 100)]
    [InlineData(20, 10, 100_000, 0, 20)]
    [InlineData(20, 100, 100_000, 1_600_000, 40)] // 64 KiB are 41 ms
    [InlineData(20, 100, 100_000, 16_000_000, 20)]
    public void The_interval_grows_with_the_listeners_up_to_the_latency_and_a_large_send(
        int chunk, int latencyMax, int listeners, long bytesPerSecond, int interval) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(interval),
            FlushInterval.Of(TimeSpan.FromMilliseconds(chunk), TimeSpan.FromMilliseconds(latencyMax), listeners, bytesPerSecond));

    [Theory]
    [InlineData(5, 0, 1)]
    [InlineData(4, 499, 1)]
    [InlineData(4, 500, 2)]
    [InlineData(5, 500, 1)]
    [InlineData(6, 1249, 3)]
    [InlineData(5, 1249, 1)]
    [InlineData(5, 1250, 5)]
    [InlineData(5, 100_000, 5)]
    [InlineData(1, 100_000, 1)]
    public void Many_listeners_take_turns_in_equal_parts_of_the_interval(int chunks, int listeners, int parts) =>
        Assert.Equal(parts, FlushInterval.Parts(chunks, listeners));
}
