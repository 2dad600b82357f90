using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Quickwater.Core;

namespace Quickwater.Rtmp;

// A value is a marker byte and what it calls for (AMF0 specification, section 2; all integers big-endian):
//
//  00 number       |double:64|                  08 ECMA array    |count:32| then as an object
//  01 boolean      |byte|                       09 object end    after an empty key only
//  02 string       |length:16|UTF-8|            0A strict array  |count:32| values
//  03 object       (|length:16|key| value)*     0B date          |double:64|zone:16|
//                  then |0:16|09|               0C long string   |length:32|UTF-8|
//  05 null, 06 undefined, 0D unsupported        0F XML document  |length:32|UTF-8|
//  07 reference    |index:16|                   10 typed object  |length:16|class| then as an object
//                                               11 AMF3: one value as in Amf3Reader

/// <summary>
/// Pulls AMF0 apart token by token, without allocating and without recursion. Containers are walked in place; every limit holds for
/// everything one reader reads. Bad input never throws: <see cref="Read"/> answers false and <see cref="Error"/> says what and where.
/// AMF3 values inside are read whole, and allocate.
/// </summary>
public ref struct Amf0Reader
{
    // One entry for each open container: Object, values left of a strict array (0 and more), or -1 less the members left that an ECMA
    // array claims.
    private const int KeyedObject = int.MinValue;

    private AmfInput _input;
    private OpenContainers _open;
    private int _containers; // begun so far
    private List<AmfValue?>? _values; // of the containers that were read as values
    private bool _keyed; // a key was read, its value was not

    /// <summary>Reads the given bytes, within the limits <c>Amf*</c>.</summary>
    public Amf0Reader(ReadOnlySpan<byte> bytes, RtmpLimits limits) => _input = new AmfInput(bytes, limits);

    /// <summary>What it stands on.</summary>
    public Amf0Token Token { get; private set; }

    /// <summary>The bytes read so far.</summary>
    public readonly int Offset => _input.Offset;

    /// <summary>Where <see cref="Token"/> begins.</summary>
    public int ValueOffset { get; private set; }

    /// <summary>Containers that are open.</summary>
    public int Depth { get; private set; }

    /// <summary>What is wrong, once <see cref="Read"/> answered false; its code is <see cref="Reason.None"/> at an orderly end.</summary>
    public readonly AmfError Error => _input.Error;

    /// <summary>The value of a number or date.</summary>
    public double Number { get; private set; }

    /// <summary>The value of a boolean.</summary>
    public bool Boolean { get; private set; }

    /// <summary>The UTF-8 bytes of a string, XML document, key or class name. They are not checked to be UTF-8.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>The count of an array, or the index of a reference.</summary>
    public int Count { get; private set; }

    /// <summary>The minutes of a date's time zone field, which the specification reserves and asks to ignore.</summary>
    public short TimeZone { get; private set; }

    /// <summary>The value at <see cref="Amf0Token.Amf3"/>.</summary>
    public AmfValue Value { get; private set; } = AmfValue.Undefined;

    /// <summary>Values read so far.</summary>
    internal readonly int Elements => _input.Elements;

    /// <summary>Goes to the next token. False at the end, and when something is wrong.</summary>
    public bool Read()
    {
        Token = Amf0Token.None;
        ValueOffset = Offset;
        if (Error.Code != Reason.None)
        {
            return false;
        }

        if (Depth == 0)
        {
            return !_input.IsAtEnd && ReadValue();
        }

        ref var container = ref _open[Depth - 1];
        if (container < 0)
        {
            return _keyed ? ReadMember(ref container) : ReadKey(container);
        }

        if (container == 0)
        {
            return Close(Amf0Token.EndArray, 0);
        }

        container--;
        return ReadValue();
    }

    /// <summary>
    /// Goes to the next value and expects a string. Otherwise false; what was read instead is in <see cref="Token"/>, if anything.
    /// </summary>
    public bool ReadString(out ReadOnlySpan<byte> text)
    {
        var found = Read() && Token == Amf0Token.String;
        text = found ? Text : default;
        return found;
    }

    /// <summary>Goes to the next value and expects a number, as <see cref="ReadString"/>.</summary>
    public bool ReadNumber(out double number)
    {
        var found = Read() && Token == Amf0Token.Number;
        number = found ? Number : 0;
        return found;
    }

    /// <summary>Keeps the container that <see cref="Token"/> begins, for references to it.</summary>
    internal void Remember(AmfValue value)
    {
        _values ??= [];
        while (_values.Count < _containers)
        {
            _values.Add(null);
        }

        // A copy of this reader that reads the same bytes puts the same in the same place.
        _values[_containers - 1] = value;
    }

    /// <summary>
    /// The container that the reference refers to. One that is referred to counts as if it stood there; one that the reference is in
    /// becomes an <see cref="AmfKind.Reference"/>.
    /// </summary>
    internal bool TryFollow(out AmfValue value)
    {
        value = AmfValue.Undefined;
        if (Count >= _containers || Count >= _values?.Count || _values?[Count] is not { } found)
        {
            return Fail(Reason.MalformedAmf, ValueOffset);
        }

        value = found.IsOpen ? AmfValue.Again(found) : found;
        return Depth + value.Height > _input.DepthMax
            ? Fail(Reason.AmfTooDeep, ValueOffset)
            : _input.TryCharge(value.Weight - 1, ValueOffset);
    }

    private bool ReadMember(ref int container)
    {
        _keyed = false;
        if (container is < -1 and not KeyedObject)
        {
            container++;
        }

        return ReadValue();
    }

    private bool ReadKey(int container)
    {
        // Some writers leave the end marker of the last ECMA array away: a full count at the end of the bytes closes it.
        if (container == -1 && _input.IsAtEnd)
        {
            return Close(Amf0Token.EndObject, 0);
        }

        var at = Offset;
        if (!TakeText(2, at, out var key))
        {
            return false;
        }

        if (key.IsEmpty && _input.IsNext(Amf0Marker.ObjectEnd))
        {
            return Close(Amf0Token.EndObject, 1);
        }

        Text = key;
        _keyed = true;
        Token = Amf0Token.Key;
        return true;
    }

    private bool ReadValue()
    {
        var at = Offset;
        if (!TryTake(1, at, out var marker) || !_input.TryCharge(1, at))
        {
            return false;
        }

        switch (marker[0])
        {
            case Amf0Marker.Number:
                return TakeDouble(at) && Stand(Amf0Token.Number);
            case Amf0Marker.Boolean:
                return TakeBoolean(at);
            case Amf0Marker.String:
                return TakeText(2, at) && Stand(Amf0Token.String);
            case Amf0Marker.LongString:
                return TakeText(4, at) && Stand(Amf0Token.String);
            case Amf0Marker.XmlDocument:
                return TakeText(4, at) && Stand(Amf0Token.XmlDocument);
            case Amf0Marker.Null:
                return Stand(Amf0Token.Null);
            case Amf0Marker.Undefined or Amf0Marker.Unsupported:
                return Stand(Amf0Token.Undefined);
            case Amf0Marker.Reference:
                return TakeReference(at);
            case Amf0Marker.Date:
                return TakeDate(at);
            case Amf0Marker.Object:
                return Open(KeyedObject, at) && Stand(Amf0Token.BeginObject);
            case Amf0Marker.TypedObject:
                return TakeText(2, at) && Open(KeyedObject, at) && Stand(Amf0Token.BeginTypedObject);
            case Amf0Marker.EcmaArray:
                return TakeCount(at) && Open(-1 - Count, at) && Stand(Amf0Token.BeginEcmaArray);
            case Amf0Marker.StrictArray:
                return TakeStrictCount(at) && Open(Count, at) && Stand(Amf0Token.BeginStrictArray);
            case Amf0Marker.AvmPlus:
                return TakeAmf3();
            default:
                return Fail(Reason.MalformedAmf, at);
        }
    }

    // The value takes this one's place among the elements. What AMF0 has too stands as if it were AMF0.
    private bool TakeAmf3()
    {
        _input.Elements--;
        var reader = new Amf3Reader(_input, Depth);
        var isRead = reader.TryRead(out var value);
        _input = reader.Input;
        if (!isRead)
        {
            return Error.Code == Reason.None && Fail(Reason.MalformedAmf, Offset);
        }

        Value = value;
        (Number, Boolean) = (value.Number, value.IsTrue);
        switch (value.Kind)
        {
            case AmfKind.Undefined:
                return Stand(Amf0Token.Undefined);
            case AmfKind.Null:
                return Stand(Amf0Token.Null);
            case AmfKind.Boolean:
                return Stand(Amf0Token.Boolean);
            case AmfKind.Number:
                return Stand(Amf0Token.Number);
            case AmfKind.Date:
                TimeZone = 0;
                return Stand(Amf0Token.Date);
            case AmfKind.String:
                Text = Encoding.UTF8.GetBytes(value.Text);
                return Stand(Amf0Token.String);
            default:
                return Stand(Amf0Token.Amf3);
        }
    }

    private bool TakeDouble(int at)
    {
        if (!TryTake(8, at, out var bytes))
        {
            return false;
        }

        Number = BinaryPrimitives.ReadDoubleBigEndian(bytes);
        return true;
    }

    private bool TakeBoolean(int at)
    {
        if (!TryTake(1, at, out var bytes))
        {
            return false;
        }

        Boolean = bytes[0] != 0;
        return Stand(Amf0Token.Boolean);
    }

    private bool TakeReference(int at)
    {
        if (!TryTake(2, at, out var bytes))
        {
            return false;
        }

        Count = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return Stand(Amf0Token.Reference);
    }

    private bool TakeDate(int at)
    {
        if (!TakeDouble(at) || !TryTake(2, at, out var bytes))
        {
            return false;
        }

        TimeZone = BinaryPrimitives.ReadInt16BigEndian(bytes);
        return Stand(Amf0Token.Date);
    }

    // An ECMA array's count is only a hint (2.10): writers put 0 there, or whatever they like.
    private bool TakeCount(int at)
    {
        if (!TryTake(4, at, out var bytes))
        {
            return false;
        }

        Count = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(bytes), int.MaxValue - 1);
        return true;
    }

    // Each value takes a byte at least.
    private bool TakeStrictCount(int at) => TakeCount(at) && _input.TryExpect(Count, 1, at);

    private bool TakeText(int lengthBytes, int at)
    {
        var taken = TakeText(lengthBytes, at, out var text);
        Text = text;
        return taken;
    }

    private bool TakeText(int lengthBytes, int at, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!TryTake(lengthBytes, at, out var field))
        {
            return false;
        }

        var length = lengthBytes == 2
            ? BinaryPrimitives.ReadUInt16BigEndian(field)
            : (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(field), int.MaxValue);
        return _input.TryTakeBounded(length, at, out text);
    }

    private bool TryTake(int length, int at, out ReadOnlySpan<byte> taken) => _input.TryTake(length, at, out taken);

    private bool Open(int container, int at)
    {
        if (Depth == _input.DepthMax)
        {
            return Fail(Reason.AmfTooDeep, at);
        }

        _open[Depth++] = container;
        _containers++;
        return true;
    }

    private bool Close(Amf0Token token, int length)
    {
        _input.Offset += length;
        Depth--;
        return Stand(token);
    }

    private bool Stand(Amf0Token token)
    {
        Token = token;
        return true;
    }

    private bool Fail(Reason code, int at) => _input.Fail(code, at);

    [InlineArray(RtmpLimits.AmfDepthCapacity)]
    private struct OpenContainers
    {
        private int _first;
    }
}
