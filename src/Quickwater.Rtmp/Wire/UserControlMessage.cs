using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Rtmp;

// The body (RTMP 1.0, 6.2 and 7.1.7):  |event:16|value:32|   and for SetBufferLength |milliseconds:32| behind it

/// <summary>The body of a user control message.</summary>
/// <param name="Event">The event; may be a number that has no name.</param>
/// <param name="Value">The message stream id, or the time of a ping; 0 where there is none.</param>
/// <param name="BufferMilliseconds">With <see cref="UserControlEvent.SetBufferLength"/>; else 0.</param>
public readonly record struct UserControlMessage(UserControlEvent Event, uint Value, uint BufferMilliseconds = 0)
{
    /// <summary>Reads a body. False when it is too short for its event: <see cref="Reason.MalformedMessage"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out UserControlMessage message)
    {
        message = default;
        if (body.Length < 2)
        {
            return false;
        }

        var kind = (UserControlEvent)BinaryPrimitives.ReadUInt16BigEndian(body);
        var hasValue = BinaryPrimitives.TryReadUInt32BigEndian(body[2..], out var value);
        var buffer = 0u;
        var hasBuffer = hasValue && BinaryPrimitives.TryReadUInt32BigEndian(body[6..], out buffer);
        message = new UserControlMessage(kind, value, kind == UserControlEvent.SetBufferLength ? buffer : 0);

        // What an unknown event carries is its own affair.
        return kind == UserControlEvent.SetBufferLength ? hasBuffer : hasValue || !Enum.IsDefined(kind);
    }

    /// <summary>Writes the message into a batch.</summary>
    public void Write(SendBatch batch, ChunkWriter writer)
    {
        Span<byte> body = stackalloc byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)Event);
        BinaryPrimitives.WriteUInt32BigEndian(body[2..], Value);
        BinaryPrimitives.WriteUInt32BigEndian(body[6..], BufferMilliseconds);
        var length = Event == UserControlEvent.SetBufferLength ? 10 : 6;
        writer.Write(batch, ChunkWriter.ControlChunkStream, RtmpMessageType.UserControl, 0, 0, body[..length]);
    }
}
