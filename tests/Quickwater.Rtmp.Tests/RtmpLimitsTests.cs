namespace Quickwater.Rtmp.Tests;

public sealed class RtmpLimitsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(RtmpLimits.Default.Validate());

    [Fact]
    public void A_wrong_value_is_named_with_its_key_and_what_is_allowed()
    {
        var limits = RtmpLimits.Default with { OutChunkSize = 127, HandshakeTimeout = TimeSpan.Zero };

        Assert.Equal(
            [
                "rtmp.limits.handshakeTimeout is 00:00:00; allowed is 00:00:00.1000000 to 00:10:00.",
                "rtmp.limits.outChunkSize is 127; allowed is 128 to 65536.",
            ],
            limits.Validate());
    }

    [Fact]
    public void Every_limit_is_checked()
    {
        var limits = new RtmpLimits
        {
            MessageBytesMax = 0, ReassemblyBytesMax = 0, ChunkStreamsMax = 0, ChunkSizeMax = 0, MessageStreamsMax = 0,
            HandshakeTimeout = TimeSpan.MaxValue, IdleTimeout = TimeSpan.Zero, AmfDepthMax = 65, AmfStringBytesMax = 0,
            AmfElementsMax = 0, AggregatePartsMax = 0, OutChunkSize = 0, WindowAckBytes = 0, CommandBytesMax = 0, DataBytesMax = 0,
        };

        Assert.Equal(typeof(RtmpLimits).GetProperties().Count(p => p.CanWrite && p.GetMethod is { IsStatic: false }), limits.Validate().Count);
    }
}
