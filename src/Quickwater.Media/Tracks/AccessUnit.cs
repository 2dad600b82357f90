namespace Quickwater.Media;

/// <summary>
/// One coded picture or piece of sound of one track, or a track's configuration: a slice of the message that brought it, in the codec's own form (AVC and HEVC with
/// lengths before their NAL units, AAC raw). A message has none, one, or one for each of its tracks.
/// </summary>
/// <param name="Kind">Audio or video.</param>
/// <param name="Track">The track's id among those of its kind; 0 where there is only one.</param>
/// <param name="Codec">Its codec.</param>
/// <param name="Flags">What the container says of it.</param>
/// <param name="OffsetNanoseconds">From the message's time to its decoding time: below a millisecond, as Enhanced RTMP adds it.</param>
/// <param name="CompositionNanoseconds">From its decoding time to its presentation; may be negative.</param>
/// <param name="Offset">Where it begins in the message.</param>
/// <param name="Length">Its bytes.</param>
public readonly record struct AccessUnit(
    FrameKind Kind, byte Track, FourCc Codec, UnitFlags Flags, int OffsetNanoseconds, long CompositionNanoseconds, int Offset, int Length);
