using System.Globalization;

namespace Quickwater.Rtmp;

/// <summary>
/// An AMF value as an immutable tree, for what must be looked into: the object of <c>connect</c>, <c>onMetaData</c>. Its size is bounded by the
/// limits of the reader it comes from, and counts what is referred to twice as two: so walking it is bounded too. Media never goes through it.
/// Thread-safe.
/// </summary>
public sealed class AmfValue
{
    private readonly IReadOnlyList<AmfMember> _members = [];
    private readonly IReadOnlyList<AmfValue> _items = [];

    /// <summary>A value without a container's content.</summary>
    private AmfValue(AmfKind kind)
    {
        Kind = kind;
        NeedsAmf3 = kind >= AmfKind.Xml;
    }

    private AmfValue(AmfKind kind, string text, IReadOnlyList<AmfMember> members, IReadOnlyList<AmfValue> items)
        : this(kind)
    {
        Text = text;
        _members = members;
        _items = items;
        NeedsAmf3 |= members.Any(member => member.Value.NeedsAmf3) || items.Any(item => item.NeedsAmf3);
    }

    /// <summary>Undefined.</summary>
    public static AmfValue Undefined { get; } = new(AmfKind.Undefined);

    /// <summary>Null.</summary>
    public static AmfValue Null { get; } = new(AmfKind.Null);

    /// <summary>What it is.</summary>
    public AmfKind Kind { get; }

    /// <summary>The value of a number, the milliseconds of a date, 1 or 0 of a boolean; else 0.</summary>
    public double Number { get; private init; }

    /// <summary>Whether it is a boolean that is true.</summary>
    public bool IsTrue => Kind == AmfKind.Boolean && Number != 0;

    /// <summary>
    /// The text of a string or XML document, the class name of an object, of an externalizable object or of a vector's values; else empty.
    /// </summary>
    public string Text { get; private init; } = "";

    /// <summary>The bytes of a byte array; else none.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private init; }

    /// <summary>The members of an object or ECMA array, in order; else none.</summary>
    public IReadOnlyList<AmfMember> Members => _members;

    /// <summary>The values of an array, vector, dictionary or externalizable object, in order; else none.</summary>
    public IReadOnlyList<AmfValue> Items => _items;

    /// <summary>The container that a <see cref="AmfKind.Reference"/> stands in, and means; else null.</summary>
    public AmfValue? Target { get; private init; }

    /// <summary>How many of an object's first <see cref="Members"/> its class declares (AMF3's sealed members); the rest is dynamic.</summary>
    public int SealedCount { get; private init; }

    /// <summary>Whether an object may have members beside those of its class. Always true in AMF0.</summary>
    public bool IsDynamic { get; private init; }

    /// <summary>Whether a vector's length is fixed.</summary>
    public bool IsFixed { get; private init; }

    /// <summary>Whether a dictionary holds its keys weakly.</summary>
    public bool HasWeakKeys { get; private init; }

    /// <summary>Whether AMF0 has no form for it or for something in it, so that it is written as AMF3.</summary>
    internal bool NeedsAmf3 { get; private set; }

    /// <summary>Values it holds with itself, what is referred to counted each time. Set by readers.</summary>
    internal int Weight { get; private set; } = 1;

    /// <summary>Levels of containers, itself included. Set by readers.</summary>
    internal int Height { get; private set; }

    /// <summary>Whether a reader is still inside it.</summary>
    internal bool IsOpen { get; private set; }

    /// <summary>The value of the last member with that name, or <see cref="Undefined"/>.</summary>
    public AmfValue this[string name]
    {
        get
        {
            for (var i = _members.Count - 1; i >= 0; i--)
            {
                if (_members[i].Name == name)
                {
                    return _members[i].Value;
                }
            }

            return Undefined;
        }
    }

    /// <summary>A number.</summary>
    public static AmfValue Of(double number) => new(AmfKind.Number) { Number = number };

    /// <summary>A boolean.</summary>
    public static AmfValue Of(bool value) => new(AmfKind.Boolean) { Number = value ? 1 : 0 };

    /// <summary>A string.</summary>
    public static AmfValue Of(string text) => new(AmfKind.String) { Text = text };

    /// <summary>A date, in milliseconds since 1970, UTC.</summary>
    public static AmfValue Date(double milliseconds) => new(AmfKind.Date) { Number = milliseconds };

    /// <summary>An XML document of the older kind.</summary>
    public static AmfValue XmlDocument(string text) => new(AmfKind.XmlDocument) { Text = text };

    /// <summary>XML of the newer kind.</summary>
    public static AmfValue Xml(string text) => new(AmfKind.Xml) { Text = text };

    /// <summary>Bytes, not copied.</summary>
    public static AmfValue ByteArray(ReadOnlyMemory<byte> bytes) => new(AmfKind.ByteArray) { Bytes = bytes };

    /// <summary>An object.</summary>
    public static AmfValue Object(params IReadOnlyList<AmfMember> members) => TypedObject("", members);

    /// <summary>An object with a class name.</summary>
    public static AmfValue TypedObject(string className, params IReadOnlyList<AmfMember> members) =>
        new(AmfKind.Object, className, members, []) { IsDynamic = true };

    /// <summary>An object whose first members its class declares. Read as AMF0 it is a <see cref="TypedObject"/>.</summary>
    public static AmfValue SealedObject(string className, int sealedCount, bool isDynamic, params IReadOnlyList<AmfMember> members)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sealedCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sealedCount, members.Count);
        ArgumentOutOfRangeException.ThrowIfEqual(!isDynamic && sealedCount < members.Count, true, nameof(isDynamic));
        return new(AmfKind.Object, className, members, []) { SealedCount = sealedCount, IsDynamic = isDynamic };
    }

    /// <summary>An object whose class writes itself as one value: one of <see cref="Amf3Reader"/>'s known classes.</summary>
    public static AmfValue Externalizable(string className, AmfValue wrapped) => new(AmfKind.Externalizable, className, [], [wrapped]);

    /// <summary>An ECMA array.</summary>
    public static AmfValue EcmaArray(params IReadOnlyList<AmfMember> members) => new(AmfKind.EcmaArray, "", members, []);

    /// <summary>An array with named members and values in order. AMF0 names the latter by their index.</summary>
    public static AmfValue MixedArray(IReadOnlyList<AmfMember> members, IReadOnlyList<AmfValue> items) =>
        new(AmfKind.EcmaArray, "", members, items);

    /// <summary>A strict array.</summary>
    public static AmfValue StrictArray(params IReadOnlyList<AmfValue> items) => new(AmfKind.StrictArray, "", [], items);

    /// <summary>A vector of one of the four kinds; numbers must be in the kind's range.</summary>
    public static AmfValue Vector(AmfKind kind, bool isFixed, IReadOnlyList<AmfValue> items, string className = "")
    {
        ArgumentOutOfRangeException.ThrowIfEqual(IsVector(kind), false, nameof(kind));
        return new(kind, className, [], items) { IsFixed = isFixed };
    }

    /// <summary>A dictionary of key, value, key, value.</summary>
    public static AmfValue Dictionary(bool hasWeakKeys, params IReadOnlyList<AmfValue> keysAndValues)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(keysAndValues.Count % 2, 0, nameof(keysAndValues));
        return new(AmfKind.Dictionary, "", [], keysAndValues) { HasWeakKeys = hasWeakKeys };
    }

    /// <summary>
    /// Reads the next value of a reader that stands between values, and follows references to what was read this way before. False at the end, and
    /// when something is wrong: then <see cref="Amf0Reader.Error"/> says what.
    /// </summary>
    public static bool TryRead(ref Amf0Reader reader, out AmfValue value)
    {
        value = Undefined;
        return reader.Read() && Amf0Tree.TryBuild(ref reader, out value);
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        AmfKind.Undefined => "undefined",
        AmfKind.Null => "null",
        AmfKind.Boolean => Number != 0 ? "true" : "false",
        AmfKind.Number or AmfKind.Date => Number.ToString(CultureInfo.InvariantCulture),
        AmfKind.String or AmfKind.XmlDocument or AmfKind.Xml => Text,
        AmfKind.Reference => "reference",
        AmfKind.ByteArray => $"[{Bytes.Length} bytes]",
        AmfKind.Object or AmfKind.EcmaArray => $"{{{_members.Count + _items.Count} members}}",
        AmfKind.Dictionary => $"{{{_items.Count / 2} entries}}",
        _ => $"[{_items.Count} values]",
    };

    internal static bool IsVector(AmfKind kind) => kind is >= AmfKind.VectorInt and <= AmfKind.VectorObject;

    /// <summary>A container that stands inside itself.</summary>
    internal static AmfValue Again(AmfValue target) => new(AmfKind.Reference) { Target = target };

    /// <summary>
    /// A container that a reader is about to fill, from lists that it goes on to add to until it calls <see cref="Complete"/>.
    /// </summary>
    internal static AmfValue Open(
        AmfKind kind, string text, List<AmfMember> members, List<AmfValue> items,
        int sealedCount = 0, bool isDynamic = false, bool isFixed = false, bool hasWeakKeys = false) => new(kind, text, members, items)
        {
            IsOpen = true,
            SealedCount = sealedCount,
            IsDynamic = isDynamic,
            IsFixed = isFixed,
            HasWeakKeys = hasWeakKeys,
        };

    internal void Complete(int weight)
    {
        var height = 0;
        foreach (var member in _members)
        {
            height = Math.Max(height, member.Value.Height);
            NeedsAmf3 |= member.Value.NeedsAmf3;
        }

        foreach (var item in _items)
        {
            height = Math.Max(height, item.Height);
            NeedsAmf3 |= item.NeedsAmf3;
        }

        Weight = weight;
        Height = height + 1;
        IsOpen = false;
    }
}
