namespace Quickwater.Core;

/// <summary>Counters of one connection. A snapshot; values of a running connection may be slightly apart.</summary>
/// <param name="BytesReceived">Bytes taken from the transport.</param>
/// <param name="BytesSent">Bytes given to the transport, of completed sends.</param>
/// <param name="Sends">Completed sends.</param>
/// <param name="Turns">Turns run.</param>
/// <param name="LongTurns">Turns over <see cref="EngineOptions.LongTurn"/>.</param>
/// <param name="Opened">When it opened.</param>
/// <param name="ReceivedPerSecond">Smoothed bytes a second received.</param>
/// <param name="SentPerSecond">Smoothed bytes a second sent.</param>
public readonly record struct ConnectionStats(
    long BytesReceived, long BytesSent, long Sends, long Turns, long LongTurns, Instant Opened,
    long ReceivedPerSecond, long SentPerSecond);
