using System.Text;
using Quickwater.Core;

namespace Quickwater.Rtmp;

// The body (RTMP 1.0, 7.1.2), as encoders send it:  string "@setDataFrame", string name, values   and as players get it without the first.
// To take it back:                                  string "@clearDataFrame", string name

/// <summary>A data message, such as <c>onMetaData</c>. Valid as long as the bytes it was parsed from.</summary>
public readonly ref struct RtmpData
{
    private RtmpData(bool isClear, ReadOnlySpan<byte> name, ReadOnlySpan<byte> relayed, Amf0Reader values)
    {
        IsClear = isClear;
        NameUtf8 = name;
        Relayed = relayed;
        Values = values;
    }

    /// <summary>Whether the publisher takes back what it set under that name (<c>@clearDataFrame</c>).</summary>
    public bool IsClear { get; }

    /// <summary>Whether it is the stream's metadata.</summary>
    public bool IsMetadata => NameUtf8.SequenceEqual("onMetaData"u8);

    /// <summary>The name in UTF-8, behind <c>@setDataFrame</c> or <c>@clearDataFrame</c>.</summary>
    public ReadOnlySpan<byte> NameUtf8 { get; }

    /// <summary>The name as a string.</summary>
    public string Name => Encoding.UTF8.GetString(NameUtf8);

    /// <summary>
    /// The body as players get it, in AMF0 (type 18): without <c>@setDataFrame</c> and without the leading byte of type 15; else byte for byte. AMF3
    /// values that it may hold are still AMF3: <see cref="TryWriteAmf0"/>.
    /// </summary>
    public ReadOnlySpan<byte> Relayed { get; }

    /// <summary>A reader that stands behind the name.</summary>
    public Amf0Reader Values { get; }

    /// <summary>
    /// Writes the body as players get it without AMF3, which hardly one of them reads: AMF3's arrays and objects as AMF0's. What AMF0 has no form for stays
    /// AMF3. False when a value is broken or the room does not suffice.
    /// </summary>
    public bool TryWriteAmf0(ref Amf0Writer writer)
    {
        writer.WriteString(NameUtf8);
        var values = Values;
        while (AmfValue.TryRead(ref values, out var value))
        {
            writer.Write(value);
        }

        return values.Error.Code == Reason.None && !writer.Overflowed;
    }

    /// <summary>
    /// Reads the metadata in the body of a data frame, type 18. Null when it is something else or broken, or was taken back.
    /// </summary>
    public static AmfValue? ReadMetadata(ReadOnlySpan<byte> body, RtmpLimits limits)
    {
        if (!TryParse(RtmpMessageType.DataAmf0, body, limits, out var data, out _) || !data.IsMetadata)
        {
            return null;
        }

        var values = data.Values;
        return AmfValue.TryRead(ref values, out var metadata) && metadata.Members.Count > 0 ? metadata : null;
    }

    /// <summary>Parses the body of a message of type 18 or 15, as <see cref="RtmpCommand.TryParse"/>.</summary>
    public static bool TryParse(
        RtmpMessageType type, ReadOnlySpan<byte> body, RtmpLimits limits, out RtmpData data, out AmfError error)
    {
        data = default;
        error = default;
        var skipped = AmfBody.LeadingBytes(type, body);
        var values = body[skipped..];
        var reader = new Amf0Reader(values, limits);
        if (!reader.ReadString(out var name))
        {
            error = AmfBody.Fault(in reader, skipped);
            return false;
        }

        var isClear = name.SequenceEqual("@clearDataFrame"u8);
        if (isClear || name.SequenceEqual("@setDataFrame"u8))
        {
            values = values[reader.Offset..];
            if (!reader.ReadString(out name))
            {
                error = AmfBody.Fault(in reader, skipped);
                return false;
            }
        }

        data = new RtmpData(isClear, name, values, reader);
        return true;
    }
}
