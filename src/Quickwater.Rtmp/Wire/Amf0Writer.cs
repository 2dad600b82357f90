using System.Buffers.Binary;
using System.Text;

namespace Quickwater.Rtmp;

/// <summary>
/// Writes AMF0 into a span (layout: see <see cref="Amf0Reader"/>). It does not check that containers are closed and keys are followed by values. When
/// the span is too small, or a key or class name is longer than 65535 bytes, it writes nothing further and <see cref="Overflowed"/> is set.
/// One writer is one message: what references refer to, it has written.
/// </summary>
public ref struct Amf0Writer(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private int _containers; // begun so far
    private Dictionary<AmfValue, ushort>? _written;
    private Amf3Written? _amf3;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Whether something did not fit. What was written is of no use then.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>The bytes written.</summary>
    public readonly ReadOnlySpan<byte> Written => _destination[..Length];

    /// <summary>Writes a number.</summary>
    public void WriteNumber(double value)
    {
        if (TryTake(9, out var bytes))
        {
            bytes[0] = Amf0Marker.Number;
            BinaryPrimitives.WriteDoubleBigEndian(bytes[1..], value);
        }
    }

    /// <summary>Writes a boolean.</summary>
    public void WriteBoolean(bool value)
    {
        if (TryTake(2, out var bytes))
        {
            bytes[0] = Amf0Marker.Boolean;
            bytes[1] = value ? (byte)1 : (byte)0;
        }
    }

    /// <summary>Writes a string given in UTF-8: a long string from 65536 bytes on.</summary>
    public void WriteString(ReadOnlySpan<byte> utf8)
    {
        var isLong = utf8.Length > ushort.MaxValue;
        WriteMarker(isLong ? Amf0Marker.LongString : Amf0Marker.String);
        WriteText(utf8, isLong);
    }

    /// <summary>Writes a string.</summary>
    public void WriteString(string value)
    {
        var isLong = Encoding.UTF8.GetByteCount(value) > ushort.MaxValue;
        WriteMarker(isLong ? Amf0Marker.LongString : Amf0Marker.String);
        WriteText(value, isLong);
    }

    /// <summary>Writes null.</summary>
    public void WriteNull() => WriteMarker(Amf0Marker.Null);

    /// <summary>Writes undefined.</summary>
    public void WriteUndefined() => WriteMarker(Amf0Marker.Undefined);

    /// <summary>Writes a reference to an earlier object or array of the message.</summary>
    public void WriteReference(ushort index)
    {
        if (TryTake(3, out var bytes))
        {
            bytes[0] = Amf0Marker.Reference;
            BinaryPrimitives.WriteUInt16BigEndian(bytes[1..], index);
        }
    }

    /// <summary>Writes a date, in milliseconds since 1970, UTC. The reserved time zone is 0 unless another is to be kept.</summary>
    public void WriteDate(double milliseconds, short timeZone = 0)
    {
        if (TryTake(11, out var bytes))
        {
            bytes[0] = Amf0Marker.Date;
            BinaryPrimitives.WriteDoubleBigEndian(bytes[1..], milliseconds);
            BinaryPrimitives.WriteInt16BigEndian(bytes[9..], timeZone);
        }
    }

    /// <summary>Writes an XML document.</summary>
    public void WriteXmlDocument(string value)
    {
        WriteMarker(Amf0Marker.XmlDocument);
        WriteText(value, true);
    }

    /// <summary>Begins an object.</summary>
    public void BeginObject()
    {
        WriteMarker(Amf0Marker.Object);
        _containers++;
    }

    /// <summary>Begins an object with a class name.</summary>
    public void BeginTypedObject(string className)
    {
        WriteMarker(Amf0Marker.TypedObject);
        _containers++;
        WriteText(className, false);
    }

    /// <summary>Begins an ECMA array.</summary>
    public void BeginEcmaArray(int count) => WriteCounted(Amf0Marker.EcmaArray, count);

    /// <summary>Begins a strict array; so many values follow, and no end.</summary>
    public void BeginStrictArray(int count) => WriteCounted(Amf0Marker.StrictArray, count);

    /// <summary>Writes the name of a member, given in UTF-8; its value follows.</summary>
    public void WriteKey(ReadOnlySpan<byte> utf8) => WriteText(utf8, false);

    /// <summary>Writes the name of a member; its value follows.</summary>
    public void WriteKey(string key) => WriteText(key, false);

    /// <summary>Ends an object, typed object or ECMA array.</summary>
    public void EndObject()
    {
        if (TryTake(3, out var bytes))
        {
            bytes[0] = 0;
            bytes[1] = 0;
            bytes[2] = Amf0Marker.ObjectEnd;
        }
    }

    /// <summary>
    /// Writes a whole value: as AMF3 behind its marker when it holds what AMF0 has no form for. A container that this writer has written before is
    /// referred to.
    /// </summary>
    public void Write(AmfValue value)
    {
        if (!value.NeedsAmf3)
        {
            Amf0Tree.Write(ref this, value);
            return;
        }

        WriteMarker(Amf0Marker.AvmPlus);
        var amf3 = new Amf3Writer(_destination[Length..], _amf3 ??= new Amf3Written());
        amf3.Write(value);
        Length += amf3.Length;
        Overflowed |= amf3.Overflowed;
    }

    /// <summary>Writes bytes that are AMF0 already.</summary>
    public void WriteEncoded(ReadOnlySpan<byte> amf0)
    {
        if (TryTake(amf0.Length, out var bytes))
        {
            amf0.CopyTo(bytes);
        }
    }

    /// <summary>Writes a reference to a container if it was written before; else counts it as written next.</summary>
    internal bool TryWriteAgain(AmfValue container)
    {
        _written ??= new Dictionary<AmfValue, ushort>(ReferenceEqualityComparer.Instance);
        if (_written.TryGetValue(container, out var index))
        {
            WriteReference(index);
            return true;
        }

        // References have 16 bits; what lies behind is written again.
        if (_containers <= ushort.MaxValue)
        {
            _written[container] = (ushort)_containers;
        }

        return false;
    }

    /// <summary>Writes a reference to the container that it is in.</summary>
    internal void WriteAgain(AmfValue container)
    {
        if (_written?.TryGetValue(container, out var index) == true)
        {
            WriteReference(index);
        }
        else
        {
            Overflowed = true;
        }
    }

    private void WriteMarker(byte marker)
    {
        if (TryTake(1, out var bytes))
        {
            bytes[0] = marker;
        }
    }

    private void WriteCounted(byte marker, int count)
    {
        _containers++;
        if (TryTake(5, out var bytes))
        {
            bytes[0] = marker;
            BinaryPrimitives.WriteInt32BigEndian(bytes[1..], count);
        }
    }

    private void WriteText(ReadOnlySpan<byte> utf8, bool isLong)
    {
        if (TryTakeText(utf8.Length, isLong, out var bytes))
        {
            utf8.CopyTo(bytes);
        }
    }

    private void WriteText(string text, bool isLong)
    {
        if (TryTakeText(Encoding.UTF8.GetByteCount(text), isLong, out var bytes))
        {
            Encoding.UTF8.GetBytes(text, bytes);
        }
    }

    private bool TryTakeText(int length, bool isLong, out Span<byte> bytes)
    {
        var field = isLong ? 4 : 2;
        Overflowed |= !isLong && length > ushort.MaxValue;
        if (!TryTake(field + length, out bytes))
        {
            return false;
        }

        if (isLong)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)length);
        }

        bytes = bytes[field..];
        return true;
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
