using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>Broken players, of a stream or of none.</summary>
internal sealed class RtmpPlayerTarget : RtmpServerTarget
{
    /// <inheritdoc/>
    public override string Name => "rtmp-player";

    /// <inheritdoc/>
    public override string Description => "playing clients, against the server's session and the hub";

    /// <inheritdoc/>
    public override int InputsInCi => 180_000;

    protected override byte[] Tape => RtmpTape.Player();

    protected override byte[] OtherTape { get; } = new RtmpTape()
        .Connect()
        .Command("createStream", 2, 0, AmfValue.Null)
        .Command("publish", 0, 1, AmfValue.Null, AmfValue.Of("cam"))
        .Message(RtmpMessageType.Video, 0, 1, RtmpTape.AvcConfig)
        .Message(RtmpMessageType.Audio, 0, 1, RtmpTape.AacConfig)
        .Message(RtmpMessageType.Video, 0, 1, RtmpTape.Key)
        .Message(RtmpMessageType.Audio, 10, 1, RtmpTape.Aac)
        .Message(RtmpMessageType.Video, 40, 1, RtmpTape.Inter)
        .Bytes;
}
