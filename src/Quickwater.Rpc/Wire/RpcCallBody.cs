using System.Buffers.Binary;

namespace Quickwater.Rpc;

/// <summary>
/// The body of a call, extended. What the flags do not name is not there.
/// <code>
///   +------+-------+----------+------+----------+----------------+------------+---------+
///   | 0x01 | flags | name len | name | deadline | trace context  | credit     | payload |
///   +------+-------+----------+------+----------+----------------+------------+---------+
///     1      1       1                4, ms      16 + 8 + 1       4, bytes     the rest
///            bit 0: payload is binary   bit 1       bit 2            bit 3: results may stream
/// </code>
/// </summary>
internal ref struct RpcCallBody
{
    /// <summary>Longest name of a method, in bytes of UTF-8.</summary>
    public const int NameBytesMax = 255;

    /// <summary>Bytes of all that may stand before the payload.</summary>
    public const int HeadBytesMax = 3 + NameBytesMax + 4 + TraceBytes + 4;

    private const int TraceBytes = 25;
    private const byte BinaryFlag = 1;
    private const byte DeadlineFlag = 2;
    private const byte TraceFlag = 4;
    private const byte StreamFlag = 8;

    /// <summary>The method's name.</summary>
    public ReadOnlySpan<byte> Name;

    /// <summary>What it is called with.</summary>
    public ReadOnlySpan<byte> Payload;

    /// <summary>What the payload is.</summary>
    public RpcEncoding Encoding;

    /// <summary>Time the caller still gives, in milliseconds, if it has a deadline.</summary>
    public uint? Milliseconds;

    /// <summary>The trace it belongs to, if any.</summary>
    public RpcTraceContext Trace;

    /// <summary>Bytes of items that may be sent at first, if the caller takes a stream.</summary>
    public uint? Credit;

    /// <summary>Reads a body whose first byte is <see cref="RpcFrameKind.Call"/>. False when it is cut short or has unknown flags.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out RpcCallBody call)
    {
        call = default;
        if (body.Length < 3)
        {
            return false;
        }

        var flags = body[1];
        var nameEnd = 3 + body[2];
        var head = nameEnd + ((flags & DeadlineFlag) != 0 ? 4 : 0) + ((flags & TraceFlag) != 0 ? TraceBytes : 0)
            + ((flags & StreamFlag) != 0 ? 4 : 0);
        if (flags > (BinaryFlag | DeadlineFlag | TraceFlag | StreamFlag) || body.Length < head)
        {
            return false;
        }

        call.Name = body[3..nameEnd];
        call.Encoding = (RpcEncoding)(flags & BinaryFlag);
        call.Payload = body[head..];
        if (flags > BinaryFlag)
        {
            call.ReadOptions(flags, body[nameEnd..]);
        }

        return true;
    }

    /// <summary>Writes all but the payload into the destination, at least <see cref="HeadBytesMax"/> long; the answer is how many bytes.</summary>
    public readonly int WriteHead(Span<byte> destination)
    {
        destination[0] = (byte)RpcFrameKind.Call;
        destination[1] = (byte)((Encoding == RpcEncoding.Binary ? BinaryFlag : 0) | (Milliseconds is null ? 0 : DeadlineFlag)
            | (Trace.IsValid ? TraceFlag : 0) | (Credit is null ? 0 : StreamFlag));
        destination[2] = (byte)Name.Length;
        Name.CopyTo(destination[3..]);
        var at = 3 + Name.Length;
        if (Milliseconds is { } milliseconds)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[at..], milliseconds);
            at += 4;
        }

        if (Trace.IsValid)
        {
            BinaryPrimitives.WriteUInt128BigEndian(destination[at..], Trace.TraceId);
            BinaryPrimitives.WriteUInt64BigEndian(destination[(at + 16)..], Trace.ParentId);
            destination[at + 24] = Trace.Flags;
            at += TraceBytes;
        }

        if (Credit is { } credit)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[at..], credit);
            at += 4;
        }

        return at;
    }

    private void ReadOptions(byte flags, ReadOnlySpan<byte> options)
    {
        if ((flags & DeadlineFlag) != 0)
        {
            Milliseconds = BinaryPrimitives.ReadUInt32BigEndian(options);
            options = options[4..];
        }

        if ((flags & TraceFlag) != 0)
        {
            Trace = new RpcTraceContext(
                BinaryPrimitives.ReadUInt128BigEndian(options), BinaryPrimitives.ReadUInt64BigEndian(options[16..]), options[24]);
            options = options[TraceBytes..];
        }

        if ((flags & StreamFlag) != 0)
        {
            Credit = BinaryPrimitives.ReadUInt32BigEndian(options);
        }
    }
}
