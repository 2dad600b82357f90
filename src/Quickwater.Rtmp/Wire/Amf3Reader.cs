using System.Buffers.Binary;
using System.Text;
using Quickwater.Core;

namespace Quickwater.Rtmp;

// A value is a marker byte and what it calls for (AMF3 specification, section 3; integers big-endian). U29 is 1 to 4 bytes: seven bits each, the
// highest bit says that more follow, and the fourth byte has eight. Its lowest bit says whether what follows stands here (1) or the rest is the
// index of an earlier one of its kind (0): strings have one table, classes (traits) one, all else with a U29 together one.
//
//  00 undefined  01 null  02 false  03 true     0B XML            |U29 length|UTF-8|
//  04 integer    |U29, 29 bits signed|          0C byte array     |U29 length|bytes|
//  05 double     |double:64|                    0D vector int     |U29 count|fixed:8| |int:32|*
//  06 string     |U29 length|UTF-8|             0E vector uint    the same
//  07 XML doc    |U29 length|UTF-8|             0F vector double  |U29 count|fixed:8| |double:64|*
//  08 date       |U29 1|double:64|              10 vector object  |U29 count|fixed:8|string class| values
//  09 array      |U29 count| (string, value)* |01| values         11 dictionary |U29 count|weak:8| (key, value)*
//  0A object     |U29: sealed names:25|dynamic|externalizable|1|1| string class, names*   the values; then as in arrays if dynamic
//                |U29: traits index:27|0|1|

/// <summary>
/// Reads AMF3 values as trees, following references, within the limits <c>Amf*</c>: a reference counts as much as what it refers to. Bad input never
/// throws: <see cref="TryRead"/> answers false and <see cref="Error"/> says what and where. The tables last as long as the reader: one for each message.
/// </summary>
/// <remarks>
/// Objects whose class writes itself (externalizable) have no length, so one of an unknown class ends the reading with
/// <see cref="Reason.UnknownAmfClass"/>. Known are Flex's <c>ArrayCollection</c>, <c>ArrayList</c> and <c>ObjectProxy</c>.
/// </remarks>
public ref struct Amf3Reader
{
    private AmfInput _input;
    private int _depth;

    /// <summary>Reads the given bytes.</summary>
    public Amf3Reader(ReadOnlySpan<byte> bytes, RtmpLimits limits)
        : this(new AmfInput(bytes, limits), 0)
    {
    }

    /// <summary>Goes on where an AMF0 reader stands, so many containers deep.</summary>
    internal Amf3Reader(AmfInput input, int depth)
    {
        _input = input;
        _depth = depth;
    }

    /// <summary>The bytes read so far.</summary>
    public readonly int Offset => _input.Offset;

    /// <summary>What is wrong, once <see cref="TryRead"/> answered false; its code is <see cref="Reason.None"/> at an orderly end.</summary>
    public readonly AmfError Error => _input.Error;

    /// <summary>What it reads from, for who goes on.</summary>
    internal readonly AmfInput Input => _input;

    /// <summary>Reads the next value. False at the end of the bytes, and when something is wrong.</summary>
    public bool TryRead(out AmfValue value)
    {
        value = AmfValue.Undefined;
        return Error.Code == Reason.None && !_input.IsAtEnd && TryReadValue(out value);
    }

    private bool TryReadValue(out AmfValue value)
    {
        value = AmfValue.Undefined;
        var at = _input.Offset;
        if (!_input.TryCharge(1, at) || !_input.TryTake(1, at, out var marker))
        {
            return false;
        }

        switch (marker[0])
        {
            case Amf3Marker.Undefined:
                return true;
            case Amf3Marker.Null:
                value = AmfValue.Null;
                return true;
            case Amf3Marker.False or Amf3Marker.True:
                value = AmfValue.Of(marker[0] == Amf3Marker.True);
                return true;
            case Amf3Marker.Integer:
                return TryReadInteger(out value);
            case Amf3Marker.Double:
                return TryReadDouble(at, out value);
            case Amf3Marker.String:
                var isRead = _input.TryReadString(out var text);
                value = isRead ? AmfValue.Of(text) : value;
                return isRead;
            case > Amf3Marker.Last:
                return _input.Fail(Reason.MalformedAmf, at);
            default:
                return TryReadObject(marker[0], at, out value);
        }
    }

    private bool TryReadInteger(out AmfValue value)
    {
        var isRead = _input.TryReadU29(out var bits);
        value = AmfValue.Of((int)(bits << 3) >> 3);
        return isRead;
    }

    private bool TryReadDouble(int at, out AmfValue value)
    {
        var isRead = _input.TryTake(8, at, out var bytes);
        value = isRead ? AmfValue.Of(BinaryPrimitives.ReadDoubleBigEndian(bytes)) : AmfValue.Undefined;
        return isRead;
    }

    // What stands in the table of objects, or is found there.
    private bool TryReadObject(byte marker, int at, out AmfValue value)
    {
        value = AmfValue.Undefined;
        if (!_input.TryReadU29(out var field))
        {
            return false;
        }

        if ((field & 1) == 0)
        {
            return TryFollow((int)(field >> 1), at, out value);
        }

        var count = (int)(field >> 1);
        switch (marker)
        {
            case Amf3Marker.Date:
                return _input.TryTake(8, at, out var date) && Keep(AmfValue.Date(BinaryPrimitives.ReadDoubleBigEndian(date)), out value);
            case Amf3Marker.XmlDocument:
                return _input.TryReadText(count, at, out var document) && Keep(AmfValue.XmlDocument(document), out value);
            case Amf3Marker.Xml:
                return _input.TryReadText(count, at, out var xml) && Keep(AmfValue.Xml(xml), out value);
            case Amf3Marker.ByteArray:
                return _input.TryTakeBounded(count, at, out var bytes) && Keep(AmfValue.ByteArray(bytes.ToArray()), out value);
        }

        if (_depth == _input.DepthMax)
        {
            return _input.Fail(Reason.AmfTooDeep, at);
        }

        _depth++;
        var isRead = marker switch
        {
            Amf3Marker.Array => TryReadArray(count, at, out value),
            Amf3Marker.Object => TryReadInstance(field, at, out value),
            Amf3Marker.Dictionary => TryReadDictionary(count, at, out value),
            _ => TryReadVector(marker, count, at, out value),
        };
        _depth--;
        return isRead;
    }

    private bool TryFollow(int index, int at, out AmfValue value)
    {
        if (!_input.References.TryFindObject(index, out value))
        {
            return _input.Fail(Reason.MalformedAmf, at);
        }

        if (value.IsOpen)
        {
            value = AmfValue.Again(value);
            return true;
        }

        return _depth + value.Height > _input.DepthMax ? _input.Fail(Reason.AmfTooDeep, at) : _input.TryCharge(value.Weight - 1, at);
    }

    private bool TryReadArray(int count, int at, out AmfValue value)
    {
        var before = _input.Elements - 1;
        var members = new List<AmfMember>();
        var items = new List<AmfValue>();
        value = AmfValue.Undefined;

        // Whether it has names is known from the first one: 01 is the empty name that ends them.
        var kind = _input.IsNext(1) ? AmfKind.StrictArray : AmfKind.EcmaArray;
        var array = AmfValue.Open(kind, "", members, items);
        _input.References.Add(array);
        return TryReadNamed(members) && _input.TryExpect(count, 1, at) && TryReadItems(count, items) && Complete(array, before, out value);
    }

    private bool TryReadDictionary(int count, int at, out AmfValue value)
    {
        var before = _input.Elements - 1;
        var items = new List<AmfValue>();
        value = AmfValue.Undefined;
        if (!_input.TryTake(1, at, out var weak) || !_input.TryExpect(count, 2, at))
        {
            return false;
        }

        var dictionary = AmfValue.Open(AmfKind.Dictionary, "", [], items, hasWeakKeys: weak[0] != 0);
        _input.References.Add(dictionary);
        return TryReadItems(2 * count, items) && Complete(dictionary, before, out value);
    }

    private bool TryReadVector(byte marker, int count, int at, out AmfValue value)
    {
        var before = _input.Elements - 1;
        var className = "";
        var kind = AmfKind.VectorInt + (marker - Amf3Marker.VectorInt);
        var size = kind switch { AmfKind.VectorDouble => 8, AmfKind.VectorObject => 1, _ => 4 };
        value = AmfValue.Undefined;
        if (!_input.TryTake(1, at, out var isFixed)
            || (kind == AmfKind.VectorObject && !_input.TryReadString(out className))
            || !_input.TryExpect(count, size, at))
        {
            return false;
        }

        var items = new List<AmfValue>();
        var vector = AmfValue.Open(kind, className, [], items, isFixed: isFixed[0] != 0);
        _input.References.Add(vector);
        if (kind == AmfKind.VectorObject)
        {
            return TryReadItems(count, items) && Complete(vector, before, out value);
        }

        if (!_input.TryCharge(count, at) || !_input.TryTake(count * size, at, out var bytes))
        {
            return false;
        }

        for (; !bytes.IsEmpty; bytes = bytes[size..])
        {
            items.Add(AmfValue.Of(kind switch
            {
                AmfKind.VectorInt => BinaryPrimitives.ReadInt32BigEndian(bytes),
                AmfKind.VectorUInt => BinaryPrimitives.ReadUInt32BigEndian(bytes),
                _ => BinaryPrimitives.ReadDoubleBigEndian(bytes),
            }));
        }

        return Complete(vector, before, out value);
    }

    private bool TryReadInstance(uint field, int at, out AmfValue value)
    {
        value = AmfValue.Undefined;
        if (!TryReadTraits(field, at, out var traits))
        {
            return false;
        }

        var before = _input.Elements - 1; // each instance is charged its values, the first one the names besides

        var members = new List<AmfMember>();
        var items = new List<AmfValue>();
        if (traits.IsExternalizable)
        {
            var wrapper = AmfValue.Open(AmfKind.Externalizable, traits.ClassName, members, items);
            _input.References.Add(wrapper);
            return TryReadItems(1, items) && Complete(wrapper, before, out value);
        }

        var instance = AmfValue.Open(
            AmfKind.Object, traits.ClassName, members, items, sealedCount: traits.SealedNames.Length, isDynamic: traits.IsDynamic);
        _input.References.Add(instance);
        foreach (var name in traits.SealedNames)
        {
            if (!TryReadValue(out var member))
            {
                return false;
            }

            members.Add(new AmfMember(name, member));
        }

        return (!traits.IsDynamic || TryReadNamed(members)) && Complete(instance, before, out value);
    }

    private bool TryReadTraits(uint field, int at, out Amf3Traits traits)
    {
        traits = new Amf3Traits("", [], false, false);
        if ((field & 2) == 0)
        {
            var found = _input.References.FindTraits((int)(field >> 2));
            traits = found ?? traits;
            return found is not null || _input.Fail(Reason.MalformedAmf, at);
        }

        if (!_input.TryReadString(out var className))
        {
            return false;
        }

        if ((field & 4) != 0)
        {
            traits = new Amf3Traits(className, [], false, true);
            _input.References.Add(traits);
            return Amf3Marker.IsKnownExternalizable(className) || _input.Fail(Reason.UnknownAmfClass, at);
        }

        // Names are charged like values: a class that is declared and never used costs memory too.
        var count = (int)(field >> 4);
        if (!_input.TryExpect(count, 1, at) || !_input.TryCharge(count, at))
        {
            return false;
        }

        var names = new string[count];
        for (var i = 0; i < count; i++)
        {
            if (!_input.TryReadString(out names[i]))
            {
                return false;
            }
        }

        traits = new Amf3Traits(className, names, (field & 8) != 0, false);
        _input.References.Add(traits);
        return true;
    }

    private bool TryReadNamed(List<AmfMember> members)
    {
        while (true)
        {
            if (!_input.TryReadString(out var name))
            {
                return false;
            }

            if (name.Length == 0)
            {
                return true;
            }

            if (!TryReadValue(out var member))
            {
                return false;
            }

            members.Add(new AmfMember(name, member));
        }
    }

    private bool TryReadItems(int count, List<AmfValue> items)
    {
        for (var i = 0; i < count; i++)
        {
            if (!TryReadValue(out var item))
            {
                return false;
            }

            items.Add(item);
        }

        return true;
    }

    private bool Keep(AmfValue made, out AmfValue value)
    {
        _input.References.Add(made);
        value = made;
        return true;
    }

    private readonly bool Complete(AmfValue container, int before, out AmfValue value)
    {
        container.Complete(_input.Elements - before);
        value = container;
        return true;
    }
}
