using Quickwater.Audio;

namespace Quickwater.Server;

/// <summary>One item of <c>audio.stations</c>. What is null is as the section <c>audio</c> has it for all.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">A file, a folder, a playlist (m3u), or <c>-</c> for standard input.</param>
/// <param name="Loop">Whether it begins anew at its end, and tries again when it fails.</param>
/// <param name="Fallback">A file, folder or playlist that plays while the source gives nothing; empty for none.</param>
/// <param name="Raw">The format of raw PCM; null for files that say it themselves.</param>
/// <param name="Burst">What a client gets of the past.</param>
/// <param name="Latency">How long chunks may be gathered.</param>
/// <param name="LagMax">How far a client may lag.</param>
/// <param name="SkipsPerMinuteMax">How often a client may be made to skip.</param>
/// <param name="ListenersMax">Listeners at once.</param>
public sealed record StationConfiguration(
    string Name,
    string Source,
    bool Loop = true,
    string Fallback = "",
    AudioFormat? Raw = null,
    TimeSpan? Burst = null,
    TimeSpan? Latency = null,
    TimeSpan? LagMax = null,
    int? SkipsPerMinuteMax = null,
    int? ListenersMax = null);
