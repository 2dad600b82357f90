namespace Quickwater.Rtmp;

/// <summary>What <see cref="Amf0Reader.Read"/> stands on.</summary>
public enum Amf0Token
{
    /// <summary>Nothing: before the first value, or after the last.</summary>
    None,

    /// <summary>A number: <see cref="Amf0Reader.Number"/>.</summary>
    Number,

    /// <summary>A boolean: <see cref="Amf0Reader.Boolean"/>.</summary>
    Boolean,

    /// <summary>A string or long string: <see cref="Amf0Reader.Text"/>.</summary>
    String,

    /// <summary>Null.</summary>
    Null,

    /// <summary>Undefined, or the marker for what a sender could not serialise.</summary>
    Undefined,

    /// <summary>A reference to an earlier object or array: <see cref="Amf0Reader.Count"/> is its index. <see cref="AmfValue.TryRead"/> follows it.</summary>
    Reference,

    /// <summary>A date: <see cref="Amf0Reader.Number"/> in milliseconds since 1970, UTC.</summary>
    Date,

    /// <summary>An XML document: <see cref="Amf0Reader.Text"/>.</summary>
    XmlDocument,

    /// <summary>The name of the member whose value follows: <see cref="Amf0Reader.Text"/>.</summary>
    Key,

    /// <summary>An object begins: keys and values follow, then <see cref="EndObject"/>.</summary>
    BeginObject,

    /// <summary>An object with a class begins: <see cref="Amf0Reader.Text"/> is its name. As <see cref="BeginObject"/>.</summary>
    BeginTypedObject,

    /// <summary>An ECMA array begins; <see cref="Amf0Reader.Count"/> is what it claims to hold. As <see cref="BeginObject"/>.</summary>
    BeginEcmaArray,

    /// <summary>An object, typed object or ECMA array ends.</summary>
    EndObject,

    /// <summary>A strict array begins: <see cref="Amf0Reader.Count"/> values follow, then <see cref="EndArray"/>.</summary>
    BeginStrictArray,

    /// <summary>A strict array ends.</summary>
    EndArray,

    /// <summary>An AMF3 value that AMF0 has no token for: <see cref="Amf0Reader.Value"/>, whole.</summary>
    Amf3,
}
