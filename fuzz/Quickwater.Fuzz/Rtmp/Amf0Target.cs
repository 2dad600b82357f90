using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>AMF0 values, as trees.</summary>
internal sealed class Amf0Target() : CodecTarget(Sample(), RtmpTape.Metadata)
{
    /// <inheritdoc/>
    public override string Name => "rtmp-amf0";

    /// <inheritdoc/>
    public override string Description => "AMF0 reader";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var reader = new Amf0Reader(input, RtmpLimits.Default);
        var before = -1;
        while (AmfValue.TryRead(ref reader, out _))
        {
            Check(reader.Offset > before && reader.Offset <= input.Length, $"it stands at {reader.Offset} of {input.Length}, and stood at {before}");
            before = reader.Offset;
        }

        Check(reader.Error.Offset <= input.Length, "its error is behind the end");
        return reader.Error.Code;
    }

    private static byte[] Sample() => RtmpTape.Amf(
        AmfValue.Of("text"), AmfValue.Of(1.5), AmfValue.Of(true), AmfValue.Null, AmfValue.Undefined, AmfValue.Date(1000),
        AmfValue.XmlDocument("<x/>"),
        AmfValue.Object(new AmfMember("a", AmfValue.Object(new AmfMember("b", AmfValue.StrictArray(AmfValue.Of(1), AmfValue.Of("c")))))),
        AmfValue.TypedObject("Class", new AmfMember("d", AmfValue.EcmaArray(new AmfMember("e", AmfValue.Null)))));
}
