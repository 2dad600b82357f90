using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>The sound format of an audio tag (FLV 10.1, E.4.2.1).</summary>
public enum FlvAudioFormat : byte
{
    /// <summary>PCM in the machine's byte order.</summary>
    Pcm = 0,

    /// <summary>ADPCM.</summary>
    Adpcm = 1,

    /// <summary>MP3.</summary>
    Mp3 = 2,

    /// <summary>PCM, little-endian.</summary>
    PcmLittleEndian = 3,

    /// <summary>Nellymoser at 16 kHz.</summary>
    Nellymoser16 = 4,

    /// <summary>Nellymoser at 8 kHz.</summary>
    Nellymoser8 = 5,

    /// <summary>Nellymoser.</summary>
    Nellymoser = 6,

    /// <summary>G.711 A-law.</summary>
    ALaw = 7,

    /// <summary>G.711 mu-law.</summary>
    MuLaw = 8,

    /// <summary>The header is extended and names a <see cref="FourCc"/> (Enhanced RTMP v2).</summary>
    Extended = 9,

    /// <summary>AAC.</summary>
    Aac = 10,

    /// <summary>Speex.</summary>
    Speex = 11,

    /// <summary>MP3 at 8 kHz.</summary>
    Mp3At8 = 14,

    /// <summary>A sound that the device knows.</summary>
    Device = 15,
}
