using System.Buffers.Binary;
using System.Text;

namespace Quickwater.Audio;

/// <summary>Puts the fields of a body one behind the other into a span that is long enough.</summary>
internal ref struct BodyWriter(Span<byte> body)
{
    private Span<byte> _left = body;

    public void Byte(byte value)
    {
        _left[0] = value;
        _left = _left[1..];
    }

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_left, value);
        _left = _left[2..];
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_left, value);
        _left = _left[4..];
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_left, value);
        _left = _left[8..];
    }

    /// <summary>A text behind its length in one byte, cut to <see cref="AudioWire.TextBytesMax"/> between characters.</summary>
    public void Text(string text)
    {
        var bytes = WriteCut(text, _left[1..], AudioWire.TextBytesMax);
        _left[0] = (byte)bytes;
        _left = _left[(1 + bytes)..];
    }

    /// <summary>A text that ends the body.</summary>
    public void TextToEnd(string text) => _left = _left[WriteCut(text, _left, _left.Length)..];

    /// <summary>Bytes that a text takes, cut to a number of bytes between characters.</summary>
    public static int TextBytes(string text, int bytesMax)
    {
        if (text.Length <= bytesMax / 3)
        {
            return Encoding.UTF8.GetByteCount(text);
        }

        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > bytesMax)
            {
                break;
            }

            bytes += rune.Utf8SequenceLength;
        }

        return bytes;
    }

    private static int WriteCut(string text, Span<byte> destination, int bytesMax)
    {
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > bytesMax)
            {
                break;
            }

            bytes += rune.EncodeToUtf8(destination[bytes..]);
        }

        return bytes;
    }
}
