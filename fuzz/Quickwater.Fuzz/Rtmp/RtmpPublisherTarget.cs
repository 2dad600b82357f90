using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>Broken publishers, with or without a viewer.</summary>
internal sealed class RtmpPublisherTarget : RtmpServerTarget
{
    /// <inheritdoc/>
    public override string Name => "rtmp-publisher";

    /// <inheritdoc/>
    public override string Description => "publishing clients, against the server's session and the hub";

    /// <inheritdoc/>
    public override int InputsInCi => 180_000;

    protected override byte[] Tape => RtmpTape.Publisher();

    protected override byte[] OtherTape { get; } = new RtmpTape()
        .Connect()
        .Command("createStream", 2, 0, AmfValue.Null)
        .Command("play", 0, 1, AmfValue.Null, AmfValue.Of("cam"))
        .Bytes;
}
