namespace Quickwater.Audio;

/// <summary>How a station plays. A snapshot; values of a running station may be slightly apart.</summary>
/// <param name="Chunks">Chunks published.</param>
/// <param name="Bytes">Bytes of samples published.</param>
/// <param name="Starved">How often the source had nothing when a chunk was due.</param>
/// <param name="Slips">How often the station went on later than planned: its source starved, or it was too late to catch up.</param>
/// <param name="Slipped">How much later, in all.</param>
/// <param name="TakenBack">How much of that it has taken back since, with chunks that were due a little closer together.</param>
/// <param name="FlushInterval">How long chunks are gathered now.</param>
/// <param name="Late50">Half of the wakes came no later than this after their time.</param>
/// <param name="Late99">99 % of the wakes came no later than this.</param>
/// <param name="LateMax">The latest wake.</param>
public sealed record StationStats(
    long Chunks, long Bytes, long Starved, long Slips, TimeSpan Slipped, TimeSpan TakenBack, TimeSpan FlushInterval, TimeSpan Late50, TimeSpan Late99,
    TimeSpan LateMax);
