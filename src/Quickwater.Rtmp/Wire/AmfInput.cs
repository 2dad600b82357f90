using System.Text;
using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>
/// What the readers of AMF0 and AMF3 take their values from: bytes in order, within the limits of one message, and AMF3's tables. What cannot be taken is
/// told by <see cref="Error"/>, with the offset that the reader gives: that of the value it belongs to.
/// </summary>
internal ref struct AmfInput(ReadOnlySpan<byte> bytes, RtmpLimits limits)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly int _stringBytesMax = limits.AmfStringBytesMax;
    private readonly int _elementsMax = limits.AmfElementsMax;

    public readonly int DepthMax = Math.Min(limits.AmfDepthMax, RtmpLimits.AmfDepthCapacity);
    public Amf3References References;
    public int Offset;
    public int Elements;
    public AmfError Error;

    public readonly bool IsAtEnd => Left == 0;

    private readonly int Left => _bytes.Length - Offset;

    public readonly bool IsNext(byte value) => Left > 0 && _bytes[Offset] == value;

    // So many things of at least so many bytes must follow: what could not be there is not begun.
    public bool TryExpect(int count, int bytesEach, int at)
    {
        if (count > _elementsMax - Elements)
        {
            return Fail(Reason.AmfTooLarge, at);
        }

        return (long)count * bytesEach <= Left || Fail(Reason.MalformedAmf, at);
    }

    public bool TryCharge(int elements, int at)
    {
        if (elements > _elementsMax - Elements)
        {
            return Fail(Reason.AmfTooLarge, at);
        }

        Elements += elements;
        return true;
    }

    public bool TryTakeBounded(int length, int at, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        return length > _stringBytesMax ? Fail(Reason.AmfTooLarge, at) : TryTake(length, at, out taken);
    }

    public bool TryTake(int length, int at, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (length > Left)
        {
            return Fail(Reason.MalformedAmf, at);
        }

        taken = _bytes.Slice(Offset, length);
        Offset += length;
        return true;
    }

    public bool Fail(Reason code, int at)
    {
        Error = new AmfError(code, at);
        return false;
    }

    // The empty string is never referred to (1.3.2).
    public bool TryReadString(out string text)
    {
        text = "";
        var at = Offset;
        if (!TryReadU29(out var field))
        {
            return false;
        }

        if ((field & 1) == 0)
        {
            return References.TryFindString((int)(field >> 1), out text) || Fail(Reason.MalformedAmf, at);
        }

        if (!TryReadText((int)(field >> 1), at, out text))
        {
            return false;
        }

        if (text.Length > 0)
        {
            References.Add(text);
        }

        return true;
    }

    public bool TryReadText(int length, int at, out string text)
    {
        var isRead = TryTakeBounded(length, at, out var bytes);
        text = Encoding.UTF8.GetString(bytes);
        return isRead;
    }

    public bool TryReadU29(out uint value)
    {
        value = 0;
        var at = Offset;
        for (var i = 0; i < 4; i++)
        {
            if (!TryTake(1, at, out var bytes))
            {
                return false;
            }

            if (i == 3)
            {
                value = (value << 8) | bytes[0];
                break;
            }

            value = (value << 7) | (bytes[0] & 0x7Fu);
            if (bytes[0] < 0x80)
            {
                break;
            }
        }

        return true;
    }
}
