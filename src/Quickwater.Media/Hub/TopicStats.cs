using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>Counters of one topic. A snapshot.</summary>
/// <param name="AudioFrames">Audio frames published.</param>
/// <param name="VideoFrames">Video frames published.</param>
/// <param name="KeyFrames">Video frames among them that are keys.</param>
/// <param name="DataFrames">Data frames published.</param>
/// <param name="BytesIn">Payload bytes published.</param>
/// <param name="BytesPerSecond">Smoothed rate of the payload.</param>
/// <param name="Viewers">Viewers now.</param>
/// <param name="BytesOut">Encoded bytes handed to viewers that have left; add those of the present ones.</param>
/// <param name="BytesHeld">Bytes held in the replay and the rings.</param>
/// <param name="ReplayTime">Media time from the oldest key held to the live edge.</param>
public readonly record struct TopicStats(
    long AudioFrames, long VideoFrames, long KeyFrames, long DataFrames, long BytesIn, long BytesPerSecond, int Viewers,
    long BytesOut, long BytesHeld, TimeSpan ReplayTime);
