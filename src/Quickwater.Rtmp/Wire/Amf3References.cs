namespace Quickwater.Rtmp;

/// <summary>
/// The three tables of AMF3 (AMF3 specification, 2.2), of one message. A copy of it goes on by itself: readers are copied, and a copy that reads
/// the same bytes again puts the same values in the same places.
/// </summary>
internal struct Amf3References
{
    private Tables? _tables;
    private int _strings;
    private int _objects;
    private int _traits;

    public void Add(string text) => Put((_tables ??= new Tables()).Strings, _strings++, text);

    public void Add(AmfValue value) => Put((_tables ??= new Tables()).Objects, _objects++, value);

    public void Add(Amf3Traits traits) => Put((_tables ??= new Tables()).Traits, _traits++, traits);

    public readonly bool TryFindString(int index, out string text)
    {
        text = index < _strings && _tables is { } tables ? tables.Strings[index] : "";
        return index < _strings;
    }

    public readonly bool TryFindObject(int index, out AmfValue value)
    {
        value = index < _objects && _tables is { } tables ? tables.Objects[index] : AmfValue.Undefined;
        return index < _objects;
    }

    public readonly Amf3Traits? FindTraits(int index) => index < _traits ? _tables?.Traits[index] : null;

    private static void Put<T>(List<T> table, int index, T value)
    {
        if (index < table.Count)
        {
            table[index] = value;
        }
        else
        {
            table.Add(value);
        }
    }

    private sealed class Tables
    {
        public readonly List<string> Strings = [];
        public readonly List<AmfValue> Objects = [];
        public readonly List<Amf3Traits> Traits = [];
    }
}
