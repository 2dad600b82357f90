using Quickwater.Core;

namespace Quickwater.Rtmp;

// What command and data messages have in common.
internal static class AmfBody
{
    /// <summary>
    /// 1 when an AMF3 message begins with the byte 0 that says that AMF0 follows. Some clients leave it away, and no message begins with
    /// the AMF0 number whose marker is 0.
    /// </summary>
    public static int LeadingBytes(RtmpMessageType type, ReadOnlySpan<byte> body) =>
        type is RtmpMessageType.CommandAmf3 or RtmpMessageType.DataAmf3 && body is [0, ..] ? 1 : 0;

    /// <summary>The reader's error, or that a value of another type stands where the reader is, by offset in the message body.</summary>
    public static AmfError Fault(in Amf0Reader reader, int skipped) => reader.Error.Code == Reason.None
        ? new AmfError(Reason.MalformedAmf, skipped + reader.ValueOffset)
        : reader.Error with { Offset = skipped + reader.Error.Offset };
}
