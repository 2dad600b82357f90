using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>Bodies of commands and data, in both types each.</summary>
internal sealed class RtmpBodiesTarget() : CodecTarget(
    RtmpTape.Amf(AmfValue.Of("publish"), AmfValue.Of(5), AmfValue.Null, AmfValue.Of("cam"), AmfValue.Of("live")),
    [0, .. RtmpTape.Amf(AmfValue.Of("connect"), AmfValue.Of(1), AmfValue.Object(new AmfMember("app", AmfValue.Of("live"))))],
    RtmpTape.Metadata)
{
    /// <inheritdoc/>
    public override string Name => "rtmp-bodies";

    /// <inheritdoc/>
    public override string Description => "bodies of commands, data and user control";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var type = rng.Chance(0.5) ? RtmpMessageType.CommandAmf0 : RtmpMessageType.CommandAmf3;
        var why = Reason.None;
        if (RtmpCommand.TryParse(type, input, RtmpLimits.Default, out var command, out var error))
        {
            var arguments = command.Arguments;
            while (AmfValue.TryRead(ref arguments, out _))
            {
            }

            why = arguments.Error.Code;
        }
        else
        {
            Check(error.Code != Reason.None && error.Offset <= input.Length, "it failed without a reason or behind the end");
            why = error.Code;
        }

        type = rng.Chance(0.5) ? RtmpMessageType.DataAmf0 : RtmpMessageType.DataAmf3;
        if (RtmpData.TryParse(type, input, RtmpLimits.Default, out var data, out error))
        {
            Check(data.Relayed.Length <= input.Length, "it relays more than there was");
        }

        Check(!UserControlMessage.TryParse(input, out _) || input.Length >= 2, "an event of no bytes");
        return why;
    }
}
