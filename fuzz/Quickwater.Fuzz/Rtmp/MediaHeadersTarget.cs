using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>The first bytes of audio and video, and the decoder configurations behind them. They say less when they are broken, and no more.</summary>
internal sealed class MediaHeadersTarget() : CodecTarget(
    RtmpTape.AvcConfig, RtmpTape.AacConfig, RtmpTape.Key, RtmpTape.Inter, RtmpTape.Aac,
    [0x90, .. "hvc1"u8, .. HevcRecord],
    [0x91, .. "av01"u8, 0, 0, 0, 1, 2, 3], [0x96, 0x11, .. "avc1"u8, 0, 0, 0, 5, 1, 2, 3, 4, 5], [0x94, .. "Opus"u8, 1, 2])
{
    // With VPS, SPS and PPS, the SPS with scaling lists and timing.
    private static readonly byte[] HevcRecord = Convert.FromHexString(
        "0124080000009e080000000096f000fcfff8f800000f03200001001740010c01ffff240800"
        + "0003009e08000003000096959409210001002c4201012408000003009e0800000300009690"
        + "01510080e3e3f2caca94985e02d010000003001000000301908022000100084401c07318301890");

    /// <inheritdoc/>
    public override string Name => "flv-headers";

    /// <inheritdoc/>
    public override string Description => "FLV audio and video headers, AVC, HEVC, AV1, VP9 and AAC configurations";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var video = FlvVideoHeader.Parse(input);
        var audio = FlvAudioHeader.Parse(input);
        Check(video.Length >= 0 && audio.Length >= 0, "a header of less than nothing");
        CheckUnits(FrameKind.Video, input);
        CheckUnits(FrameKind.Audio, input);
        var record = input.AsSpan(Math.Min(input.Length, rng.Chance(0.5) ? video.Length : audio.Length));
        _ = AvcConfiguration.TryParse(record, out _) | HevcConfiguration.TryParse(record, out _) | Av1Configuration.TryParse(record, out _)
            | Vp9Configuration.TryParse(record, out _) | AudioSpecificConfig.TryParse(record, out _);
        _ = video.FourCc.ToString() + audio.FourCc;
        return Reason.None;
    }

    // One behind the other, each within the body, and of the tracks that the body has.
    private static void CheckUnits(FrameKind kind, byte[] input)
    {
        var (end, tracks) = (0, FlvUnitReader.Tracks(kind, input));
        var units = new FlvUnitReader(kind, input);
        while (units.TryRead(out var unit))
        {
            Check(unit.Offset >= end && unit.Length >= 0 && unit.Offset + unit.Length <= input.Length, "a unit that is not there");
            Check(tracks.Covers(TrackSet.Of(unit.Track)), "a unit of a track that the message has not");
            end = unit.Offset + unit.Length;
        }

        Check(units.Read <= input.Length, "more units than bytes");
    }
}
