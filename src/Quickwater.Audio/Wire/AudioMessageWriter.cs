using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>Writes messages: header, then body. Thread-safe.</summary>
public static class AudioMessageWriter
{
    /// <summary>Adds a message to a batch, by copy.</summary>
    public static void Write<T>(SendBatch batch, in T body)
        where T : struct, IAudioBody
    {
        var length = AudioWire.HeaderBytes + body.Bytes;
        Write(batch.Reserve(length), body);
        batch.Commit(length);
    }

    /// <summary>Writes a message into a span of exactly its length.</summary>
    public static void Write<T>(Span<byte> message, in T body)
        where T : struct, IAudioBody
    {
        WriteHeader(message, body.Type, body.Bytes);
        body.Write(message[AudioWire.HeaderBytes..]);
    }

    /// <summary>A message as bytes of its own, for what is rare: configurations, tests.</summary>
    public static byte[] ToArray<T>(in T body)
        where T : struct, IAudioBody
    {
        var message = new byte[AudioWire.HeaderBytes + body.Bytes];
        Write(message, body);
        return message;
    }

    internal static void WriteHeader(Span<byte> header, AudioMessageType type, int bodyBytes)
    {
        if ((uint)bodyBytes > AudioWire.BodyBytesMax)
        {
            throw new ArgumentOutOfRangeException(nameof(bodyBytes), bodyBytes, "A body is at most 2^24 - 1 bytes long.");
        }

        header[0] = (byte)type;
        header[1] = (byte)(bodyBytes >> 16);
        header[2] = (byte)(bodyBytes >> 8);
        header[3] = (byte)bodyBytes;
    }
}
