namespace Quickwater.Audio;

/// <summary>Constants of the wire; docs/wire/audio.md has the bytes, docs/adr/0021 says why there is a protocol of its own.</summary>
public static class AudioWire
{
    /// <summary>Bytes of a message's header: type (1), length of the body (3).</summary>
    public const int HeaderBytes = 4;

    /// <summary>The longest body that the header can say.</summary>
    public const int BodyBytesMax = 0xFFFFFF;

    /// <summary>The longest body that a client may send: a hello with both texts as long as they may be is shorter.</summary>
    public const int ClientBodyBytesMax = 1024;

    /// <summary>The first four bytes of a hello's body: "QWAU".</summary>
    public const uint Magic = 0x51574155;

    /// <summary>The version spoken: another major version is not understood.</summary>
    public const byte MajorVersion = 1;

    /// <summary>The minor version: later ones add message types that a client may skip.</summary>
    public const byte MinorVersion = 0;

    /// <summary>Bytes of a station's name at most.</summary>
    public const int NameBytesMax = 64;

    /// <summary>Bytes of any other text at most: a client's name, a title in a list, the text of a refusal.</summary>
    public const int TextBytesMax = 255;

    /// <summary>Bytes of a title in its own message at most.</summary>
    public const int TitleBytesMax = 4096;

    /// <summary>Bytes of an audio message in front of its samples: sequence number (8), time (8).</summary>
    public const int AudioPrefixBytes = 16;

    /// <summary>Whether a text may name a station: 1 to 64 of the letters a to z in either case, digits, '-', '_' and '.', not starting with '.'.</summary>
    public static bool IsStationName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > NameBytesMax || name[0] == '.')
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
