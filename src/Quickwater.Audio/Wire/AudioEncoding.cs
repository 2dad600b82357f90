namespace Quickwater.Audio;

/// <summary>How one sample is written. Numbers are those of the wire; samples of more than one byte are little-endian.</summary>
public enum AudioEncoding : byte
{
    /// <summary>No format is known.</summary>
    None = 0,

    /// <summary>8 bits, unsigned, silence at 128.</summary>
    U8 = 1,

    /// <summary>16 bits, signed.</summary>
    S16 = 2,

    /// <summary>24 bits in 3 bytes, signed.</summary>
    S24 = 3,

    /// <summary>32 bits, signed.</summary>
    S32 = 4,

    /// <summary>32 bits, IEEE 754, full scale from -1 to 1.</summary>
    F32 = 5,
}
