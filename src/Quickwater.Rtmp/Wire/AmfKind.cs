namespace Quickwater.Rtmp;

/// <summary>What an <see cref="AmfValue"/> is. From <see cref="Xml"/> on only AMF3 has it.</summary>
public enum AmfKind
{
    /// <summary>Undefined: also what a missing member reads as.</summary>
    Undefined,

    /// <summary>Null.</summary>
    Null,

    /// <summary>A boolean.</summary>
    Boolean,

    /// <summary>A number; AMF3's integers too.</summary>
    Number,

    /// <summary>A string, short or long.</summary>
    String,

    /// <summary>A date.</summary>
    Date,

    /// <summary>An XML document of the older kind.</summary>
    XmlDocument,

    /// <summary>A container again, inside itself: <see cref="AmfValue.Target"/>. Who does not follow it never walks in circles.</summary>
    Reference,

    /// <summary>An object, with or without a class name.</summary>
    Object,

    /// <summary>An array with named members. In AMF3 it may have values in order besides.</summary>
    EcmaArray,

    /// <summary>An array of values in order.</summary>
    StrictArray,

    /// <summary>XML of the newer kind (E4X).</summary>
    Xml,

    /// <summary>Bytes.</summary>
    ByteArray,

    /// <summary>A vector of 32-bit signed integers.</summary>
    VectorInt,

    /// <summary>A vector of 32-bit unsigned integers.</summary>
    VectorUInt,

    /// <summary>A vector of doubles.</summary>
    VectorDouble,

    /// <summary>A vector of values that are of one class.</summary>
    VectorObject,

    /// <summary>A dictionary: its <see cref="AmfValue.Items"/> are key, value, key, value.</summary>
    Dictionary,

    /// <summary>
    /// An object whose class writes itself, of one of the classes whose form is known: its only item is the collection or object that it wraps.
    /// </summary>
    Externalizable,
}
