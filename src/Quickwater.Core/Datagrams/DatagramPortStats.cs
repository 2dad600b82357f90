namespace Quickwater.Core;

/// <summary>Counters of one port. A snapshot; values of a running port may be slightly apart.</summary>
/// <param name="Received">Datagrams given to the session.</param>
/// <param name="BytesReceived">Their bytes.</param>
/// <param name="Sent">Datagrams that left.</param>
/// <param name="BytesSent">Their bytes.</param>
/// <param name="SendsFailed">Datagrams that could not be sent.</param>
/// <param name="Oversized">Datagrams dropped because they were longer than <see cref="DatagramPortOptions.DatagramBytesMax"/>.</param>
/// <param name="StraysTaken">Datagrams that came from other shards.</param>
/// <param name="StraysDropped">Those that found no room.</param>
/// <param name="Turns">Turns run.</param>
/// <param name="LongTurns">Turns over <see cref="EngineOptions.LongTurn"/>.</param>
public readonly record struct DatagramPortStats(
    long Received, long BytesReceived, long Sent, long BytesSent, long SendsFailed, long Oversized, long StraysTaken, long StraysDropped, long Turns,
    long LongTurns);
