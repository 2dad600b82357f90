using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Quickwater.Rtmp;

/// <summary>
/// Writes AMF3 values into a span (layout: see <see cref="Amf3Reader"/>), with references for strings, classes and containers that repeat. When the
/// span is too small, or a member of an array or a dynamic member has an empty name, which AMF3 cannot say, it writes nothing further and
/// <see cref="Overflowed"/> is set. One writer is one message.
/// </summary>
public ref struct Amf3Writer
{
    private const int IntegerLeast = -(1 << 28);
    private const int IntegerMost = (1 << 28) - 1;

    // The low bits of an object's first field when it and its class stand there (3.12).
    private const uint SealedHere = 0b0011;
    private const uint DynamicHere = 0b1011;
    private const uint ExternalizableHere = 0b0111;

    private readonly Span<byte> _destination;
    private readonly Amf3Written _written;

    /// <summary>Writes into the given span.</summary>
    public Amf3Writer(Span<byte> destination)
        : this(destination, new Amf3Written())
    {
    }

    internal Amf3Writer(Span<byte> destination, Amf3Written written)
    {
        _destination = destination;
        _written = written;
    }

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Whether something did not fit or could not be said. What was written is of no use then.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>The bytes written.</summary>
    public readonly ReadOnlySpan<byte> Written => _destination[..Length];

    /// <summary>Writes a whole value. A number that is an integer of 29 bits is written as one.</summary>
    public void Write(AmfValue value)
    {
        switch (value.Kind)
        {
            case AmfKind.Undefined:
                WriteByte(Amf3Marker.Undefined);
                break;
            case AmfKind.Null:
                WriteByte(Amf3Marker.Null);
                break;
            case AmfKind.Boolean:
                WriteByte(value.IsTrue ? Amf3Marker.True : Amf3Marker.False);
                break;
            case AmfKind.Number when IsInteger(value.Number):
                WriteByte(Amf3Marker.Integer);
                WriteU29((uint)(int)value.Number & 0x1FFF_FFFF);
                break;
            case AmfKind.Number:
                WriteByte(Amf3Marker.Double);
                WriteDouble(value.Number);
                break;
            case AmfKind.String:
                WriteByte(Amf3Marker.String);
                WriteString(value.Text);
                break;
            case AmfKind.Reference when value.Target is { } target:
                WriteByte(MarkerOf(target.Kind));
                Overflowed |= !TryWriteAgain(target);
                break;
            default:
                WriteByte(MarkerOf(value.Kind));
                if (!TryWriteAgain(value))
                {
                    _written.Objects.Add(value, _written.Objects.Count);
                    WriteObject(value);
                }

                break;
        }
    }

    private static bool IsInteger(double number) =>
        number is >= IntegerLeast and <= IntegerMost && Math.Floor(number) == number && !(number == 0 && double.IsNegative(number));

    private static byte MarkerOf(AmfKind kind) => kind switch
    {
        AmfKind.Date => Amf3Marker.Date,
        AmfKind.XmlDocument => Amf3Marker.XmlDocument,
        AmfKind.EcmaArray or AmfKind.StrictArray => Amf3Marker.Array,
        AmfKind.Object or AmfKind.Externalizable => Amf3Marker.Object,
        AmfKind.Xml => Amf3Marker.Xml,
        AmfKind.ByteArray => Amf3Marker.ByteArray,
        AmfKind.Dictionary => Amf3Marker.Dictionary,
        _ => (byte)(Amf3Marker.VectorInt + (kind - AmfKind.VectorInt)),
    };

    // What stands behind the marker, the first time.
    private void WriteObject(AmfValue value)
    {
        switch (value.Kind)
        {
            case AmfKind.Date:
                WriteU29(1);
                WriteDouble(value.Number);
                break;
            case AmfKind.XmlDocument or AmfKind.Xml:
                WriteText(value.Text);
                break;
            case AmfKind.ByteArray:
                WriteHere(value.Bytes.Length);
                if (TryTake(value.Bytes.Length, out var bytes))
                {
                    value.Bytes.Span.CopyTo(bytes);
                }

                break;
            case AmfKind.Object:
                WriteInstance(value);
                break;
            case AmfKind.Externalizable:
                WriteTraits(value, [], ExternalizableHere);
                WriteItems(value);
                break;
            case AmfKind.Dictionary:
                WriteHere(value.Items.Count / 2);
                WriteByte(value.HasWeakKeys ? (byte)1 : (byte)0);
                WriteItems(value);
                break;
            case AmfKind.StrictArray or AmfKind.EcmaArray:
                WriteHere(value.Items.Count);
                WriteNamed(value, 0);
                WriteItems(value);
                break;
            default:
                WriteVector(value);
                break;
        }
    }

    private void WriteInstance(AmfValue value)
    {
        var names = new string[value.SealedCount];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = value.Members[i].Name;
        }

        WriteTraits(value, names, value.IsDynamic ? DynamicHere : SealedHere);
        for (var i = 0; i < names.Length; i++)
        {
            Write(value.Members[i].Value);
        }

        if (value.IsDynamic)
        {
            WriteNamed(value, names.Length);
        }
    }

    private void WriteTraits(AmfValue value, string[] names, uint bits)
    {
        var key = new StringBuilder().Append(bits).Append(':').Append(value.Text.Length).Append(':').Append(value.Text);
        foreach (var name in names)
        {
            key.Append(CultureInfo.InvariantCulture, $":{name.Length}:{name}");
        }

        if (_written.Traits.TryGetValue(key.ToString(), out var index))
        {
            WriteU29(((uint)index << 2) | 1);
            return;
        }

        _written.Traits.Add(key.ToString(), _written.Traits.Count);
        WriteU29(((uint)names.Length << 4) | bits);
        WriteString(value.Text);
        foreach (var name in names)
        {
            WriteString(name);
        }
    }

    private void WriteNamed(AmfValue value, int from)
    {
        for (var i = from; i < value.Members.Count; i++)
        {
            Overflowed |= value.Members[i].Name.Length == 0;
            WriteString(value.Members[i].Name);
            Write(value.Members[i].Value);
        }

        WriteString("");
    }

    private void WriteItems(AmfValue value)
    {
        foreach (var item in value.Items)
        {
            Write(item);
        }
    }

    private void WriteVector(AmfValue value)
    {
        WriteHere(value.Items.Count);
        WriteByte(value.IsFixed ? (byte)1 : (byte)0);
        if (value.Kind == AmfKind.VectorObject)
        {
            WriteString(value.Text);
            WriteItems(value);
            return;
        }

        foreach (var item in value.Items)
        {
            if (value.Kind == AmfKind.VectorDouble)
            {
                WriteDouble(item.Number);
            }
            else if (TryTake(4, out var bytes))
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes, unchecked((uint)(long)item.Number));
            }
        }
    }

    private bool TryWriteAgain(AmfValue value)
    {
        var isWritten = _written.Objects.TryGetValue(value, out var index);
        if (isWritten)
        {
            WriteU29((uint)index << 1);
        }

        return isWritten;
    }

    // The empty string is never referred to (1.3.2).
    private void WriteString(string text)
    {
        if (text.Length > 0 && _written.Strings.TryGetValue(text, out var index))
        {
            WriteU29((uint)index << 1);
            return;
        }

        if (text.Length > 0)
        {
            _written.Strings.Add(text, _written.Strings.Count);
        }

        WriteText(text);
    }

    private void WriteText(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        WriteHere(length);
        if (TryTake(length, out var bytes))
        {
            Encoding.UTF8.GetBytes(text, bytes);
        }
    }

    // A length or count, and that what it is of stands here.
    private void WriteHere(int count)
    {
        Overflowed |= count > IntegerMost;
        WriteU29(((uint)count << 1) | 1);
    }

    private void WriteU29(uint value)
    {
        var length = value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
        if (!TryTake(length, out var bytes))
        {
            return;
        }

        if (length == 4)
        {
            bytes[3] = (byte)value;
            value >>= 8;
        }
        else
        {
            bytes[length - 1] = (byte)(value & 0x7F);
            value >>= 7;
        }

        for (var i = length - 2; i >= 0; i--)
        {
            bytes[i] = (byte)(value | 0x80);
            value >>= 7;
        }
    }

    private void WriteDouble(double value)
    {
        if (TryTake(8, out var bytes))
        {
            BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        }
    }

    private void WriteByte(byte value)
    {
        if (TryTake(1, out var bytes))
        {
            bytes[0] = value;
        }
    }

    private bool TryTake(int length, out Span<byte> bytes)
    {
        if (Overflowed || length > _destination.Length - Length)
        {
            Overflowed = true;
            bytes = default;
            return false;
        }

        bytes = _destination.Slice(Length, length);
        Length += length;
        return true;
    }
}
