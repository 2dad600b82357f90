using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>What an audio decoder's configuration says, for people and statistics. The relay does not depend on it.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Name">The codec as browsers name it (RFC 6381).</param>
/// <param name="SampleRate">Hz, of what comes out of the decoder; 0 when it could not be read.</param>
/// <param name="Channels">Channels that come out of the decoder; 0 when the configuration leaves it to the stream.</param>
public sealed record AudioCodecInfo(FourCc Codec, string Name, int SampleRate, int Channels)
{
    /// <summary>The profile by its name; empty when the codec has none.</summary>
    public string Profile { get; init; } = "";

    /// <summary>
    /// Reads the configuration in the body of an audio tag or message with <see cref="FlvAudioHeader.IsConfig"/>. Null when it is no codec we read or
    /// not its configuration.
    /// </summary>
    public static AudioCodecInfo? Read(ReadOnlySpan<byte> body)
    {
        var header = FlvAudioHeader.Parse(body);
        if (!header.IsConfig)
        {
            return null;
        }

        var record = body[header.Length..];
        return header.FourCc switch
        {
            var codec when codec == FourCc.Aac => AudioSpecificConfig.TryParse(record, out var info) ? info : null,
            var codec when codec == FourCc.Opus => ReadOpus(record),
            var codec when codec == FourCc.Flac => ReadFlac(record),
            _ => null,
        };
    }

    // The identification header of Ogg Opus (RFC 7845, 5.1):  "OpusHead" |version:8|channels:8| ...  Decoders put out 48 kHz.
    private static AudioCodecInfo? ReadOpus(ReadOnlySpan<byte> record) =>
        record.Length >= 19 && record.StartsWith("OpusHead"u8)
            ? new AudioCodecInfo(FourCc.Opus, "opus", 48_000, record[9])
            : null;

    // The start of a FLAC stream (RFC 9639, 8.1, 8.2):  "fLaC" |last:1|0:7|34:24|block sizes:32|frame sizes:48|rate:20|channels-1:3|depth-1:5| ...
    private static AudioCodecInfo? ReadFlac(ReadOnlySpan<byte> record)
    {
        const int RateAt = 18;

        if (record.Length < RateAt + 4 || !record.StartsWith("fLaC"u8) || (record[4] & 0x7F) != 0)
        {
            return null;
        }

        var bits = new BitReader(record[RateAt..]);
        var rate = (int)bits.Bits(20);
        return rate == 0 ? null : new AudioCodecInfo(FourCc.Flac, "flac", rate, (int)bits.Bits(3) + 1);
    }
}
