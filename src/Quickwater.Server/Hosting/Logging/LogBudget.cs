using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>
/// How many log lines there may be about one address, and how many of one kind, within <see cref="Window"/>: whoever connects and leaves without end must
/// not fill the disk, nor hide what others do. Lines beyond are counted, and the counts are logged. Errors and the first line of a kind always pass.
/// Thread-safe.
/// </summary>
internal sealed class LogBudget : IDisposable
{
    /// <summary>How long lines are counted before the counts begin anew, and how late what was left out is told.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    // What is beyond shares one entry: what peers can bring about is bounded.
    private const int AddressesMax = 4096;
    private const int KindsMax = 512;
    private const int LeftOutMax = 64;

    private static readonly UInt128 OtherAddresses = UInt128.MaxValue; // no address has that key

    private readonly Lock _lock = new();
    private readonly Dictionary<LogKind, int> _kinds = [];
    private readonly Dictionary<UInt128, int> _addresses = [];
    private readonly Dictionary<(LogKind Kind, UInt128? Address), long> _leftOut = [];
    private readonly int _perAddressMax;
    private readonly int _perKindMax;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private long _begun;
    private long _firstLeftOut;

    /// <summary>Makes a budget that nothing has been taken from.</summary>
    /// <param name="perAddressMax">Lines about one address in a window.</param>
    /// <param name="perKindMax">Lines of one kind in a window.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where counts go; must not ask this budget.</param>
    public LogBudget(int perAddressMax, int perKindMax, TimeProvider time, ILogger log)
    {
        (_perAddressMax, _perKindMax, _time, _log) = (perAddressMax, perKindMax, time, log);
        _begun = time.GetTimestamp();
        _timer = time.CreateTimer(_ => TellLeftOut(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether a line is to be written. When not, it has been counted.</summary>
    /// <param name="category">Whose event it is.</param>
    /// <param name="id">The event.</param>
    /// <param name="level">The line's level.</param>
    /// <param name="fields">What the line tells: its <c>Remote</c> is the address, its <c>Reason</c> the reason.</param>
    public bool Admits(string category, EventId id, LogLevel level, IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        UInt128? address = null;
        var reason = "";
        for (var i = 0; i < fields?.Count; i++)
        {
            var (name, value) = fields[i];
            address = name == "Remote" ? KeyOf(value) : address;
            reason = name == "Reason" ? value as string ?? "" : reason;
        }

        return Admits(new LogKind(category, id, level, reason), address);
    }

    /// <summary>Logs what was left out and not told yet.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        TellLeftOut();
    }

    private bool Admits(LogKind kind, UInt128? address)
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            if (_time.GetElapsedTime(_begun, now) >= Window)
            {
                _kinds.Clear();
                _addresses.Clear();
                _begun = now;
            }

            ref var ofKind = ref Count(_kinds, kind, KindsMax, LogKind.Other, out var isKnown);
            var ofNone = 0;
            ref var ofAddress = ref ofNone;
            if (address is { } key)
            {
                ofAddress = ref Count(_addresses, key, AddressesMax, OtherAddresses, out _);
            }

            if (kind.Level >= LogLevel.Error || !isKnown || (ofKind < _perKindMax && ofAddress < _perAddressMax))
            {
                ofKind++;
                ofAddress++;
                return true;
            }

            LeaveOut(kind, address, now);
            return false;
        }
    }

    // What is beyond the first so many is counted together.
    private static ref int Count<TKey>(Dictionary<TKey, int> counts, TKey key, int most, TKey other, out bool isKnown)
        where TKey : notnull =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(counts, counts.Count < most || counts.ContainsKey(key) ? key : other, out isKnown);

    private void LeaveOut(LogKind kind, UInt128? address, long now)
    {
        if (_leftOut.Count == 0)
        {
            _firstLeftOut = now;
            _timer.Change(Window, Timeout.InfiniteTimeSpan);
        }

        var key = (kind, address);
        if (_leftOut.Count >= LeftOutMax && !_leftOut.ContainsKey(key))
        {
            key = (LogKind.Other, OtherAddresses);
        }

        CollectionsMarshal.GetValueRefOrAddDefault(_leftOut, key, out _)++;
    }

    private void TellLeftOut()
    {
        KeyValuePair<(LogKind Kind, UInt128? Address), long>[] counts;
        double seconds;
        lock (_lock)
        {
            counts = [.. _leftOut.OrderByDescending(static pair => pair.Value)];
            seconds = Math.Round(_time.GetElapsedTime(_firstLeftOut).TotalSeconds, 1);
            _leftOut.Clear();
        }

        foreach (var ((kind, address), count) in counts)
        {
            Log.LinesLeftOut(_log, count, kind.ToString(), Text(address), seconds);
        }
    }

    private static string Text(UInt128? address) =>
        address is not { } key ? "no address" : key == OtherAddresses ? "other addresses" : AddressKey.Text(key);

    private static UInt128? KeyOf(object? remote) => remote switch
    {
        IPEndPoint point => AddressKey.Of(point.Address),
        string text when IPEndPoint.TryParse(text, out var point) => AddressKey.Of(point.Address),
        _ => null,
    };
}
