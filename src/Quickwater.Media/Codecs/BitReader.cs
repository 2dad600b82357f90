using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// Reads bits from the highest down. Behind the end it reads zeros and remembers it, so that a parser checks once. With
/// <paramref name="escaped"/> it passes over the emulation prevention bytes of a NAL unit (H.264, 7.4.1).
/// </summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes, bool escaped = false)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _byte;
    private int _bit;
    private int _zeros;

    public bool IsPastEnd { get; private set; }

    public uint Bits(int count)
    {
        var value = 0u;
        for (var i = 0; i < count; i++)
        {
            value = (value << 1) | Bit();
        }

        return value;
    }

    public bool Flag() => Bit() != 0;

    public void Skip(int count)
    {
        for (var i = 0; i < count && !IsPastEnd; i++)
        {
            Bit();
        }
    }

    /// <summary>Goes to the next whole byte.</summary>
    public void Align()
    {
        while (_bit != 0)
        {
            Bit();
        }
    }

    /// <summary>The first part of the usability information, which H.264 and H.265 share (E.1.1, E.2.1): shape, range, colours, chroma places.</summary>
    public void PassPictureDescription()
    {
        const uint OwnAspectRatio = 255;

        if (Flag() && Bits(8) == OwnAspectRatio)
        {
            Skip(32);
        }

        if (Flag())
        {
            Skip(1); // overscan
        }

        if (Flag())
        {
            Skip(4); // video_format, video_full_range_flag
            Skip(Flag() ? 24 : 0);
        }

        if (Flag())
        {
            UnsignedGolomb();
            UnsignedGolomb();
        }
    }

    /// <summary>An unsigned Exp-Golomb code (H.264, 9.1).</summary>
    public uint UnsignedGolomb()
    {
        var zeros = 0;
        while (!IsPastEnd && Bit() == 0)
        {
            if (++zeros == 32)
            {
                IsPastEnd = true;
                return 0;
            }
        }

        return (uint)((1L << zeros) - 1 + Bits(zeros));
    }

    /// <summary>A signed Exp-Golomb code (H.264, 9.1.1).</summary>
    public int SignedGolomb()
    {
        var code = UnsignedGolomb();
        return (code & 1) != 0 ? (int)((code >> 1) + 1) : -(int)(code >> 1);
    }

    private uint Bit()
    {
        if (_bit == 0 && !BeginByte())
        {
            return 0;
        }

        var value = (uint)(_bytes[_byte] >> (7 - _bit)) & 1;
        if (++_bit == 8)
        {
            _bit = 0;
            _byte++;
        }

        return value;
    }

    private bool BeginByte()
    {
        if (escaped && _zeros >= 2 && _byte < _bytes.Length && _bytes[_byte] == 3)
        {
            _byte++;
            _zeros = 0;
        }

        if (_byte >= _bytes.Length)
        {
            IsPastEnd = true;
            return false;
        }

        _zeros = _bytes[_byte] == 0 ? _zeros + 1 : 0;
        return true;
    }
}
