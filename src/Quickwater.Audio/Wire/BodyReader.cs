using System.Buffers.Binary;
using System.Text;

namespace Quickwater.Audio;

/// <summary>Takes the fields of a body one after the other. After the first that is not there everything reads as zero and <see cref="IsWhole"/> is false.</summary>
internal ref struct BodyReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _left = body;
    private bool _short;

    /// <summary>Whether every field was there and was well-formed.</summary>
    public readonly bool IsWhole => !_short;

    /// <summary>Whether nothing is left behind them.</summary>
    public readonly bool IsAtEnd => !_short && _left.IsEmpty;

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public ushort UInt16() => Take(2) is { Length: 2 } bytes ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : (ushort)0;

    public uint UInt32() => Take(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;

    public long Int64() => Take(8) is { Length: 8 } bytes ? BinaryPrimitives.ReadInt64BigEndian(bytes) : 0;

    /// <summary>A text behind its length in one byte.</summary>
    public string Text() => Utf8(Take(Byte()));

    /// <summary>All that is left, as text.</summary>
    public string TextToEnd() => Utf8(Take(_left.Length));

    private string Utf8(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        _short = true;
        return "";
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_short || _left.Length < count)
        {
            _short = true;
            return default;
        }

        var taken = _left[..count];
        _left = _left[count..];
        return taken;
    }
}
