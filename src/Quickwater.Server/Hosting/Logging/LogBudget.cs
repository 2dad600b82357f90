using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

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

    private const string OtherAddresses = "other addresses";

    private readonly Lock _lock = new();
    private readonly Dictionary<LogKind, int> _kinds = [];
    private readonly Dictionary<string, int> _addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<(LogKind Kind, string Address), long> _leftOut = [];
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
        string address = "", reason = "";
        for (var i = 0; i < fields?.Count; i++)
        {
            var (name, value) = fields[i];
            address = name == "Remote" ? Network(value) : address;
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

    private bool Admits(LogKind kind, string address)
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

            ref var ofKind = ref CollectionsMarshal.GetValueRefOrAddDefault(_kinds, _kinds.Count < KindsMax ? kind : LogKind.Other, out var isKnown);
            ref var ofAddress = ref CollectionsMarshal.GetValueRefOrAddDefault(
                _addresses, _addresses.Count < AddressesMax || _addresses.ContainsKey(address) ? address : OtherAddresses, out _);
            if (kind.Level >= LogLevel.Error || !isKnown || (ofKind < _perKindMax && (address.Length == 0 || ofAddress < _perAddressMax)))
            {
                ofKind++;
                ofAddress++;
                return true;
            }

            LeaveOut(kind, address, now);
            return false;
        }
    }

    private void LeaveOut(LogKind kind, string address, long now)
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
        KeyValuePair<(LogKind Kind, string Address), long>[] counts;
        double seconds;
        lock (_lock)
        {
            counts = [.. _leftOut.OrderByDescending(static pair => pair.Value)];
            seconds = Math.Round(_time.GetElapsedTime(_firstLeftOut).TotalSeconds, 1);
            _leftOut.Clear();
        }

        foreach (var ((kind, address), count) in counts)
        {
            Log.LinesLeftOut(_log, count, kind.ToString(), address.Length > 0 ? address : "no address", seconds);
        }
    }

    // A host has a whole IPv6 network of 64 bits, so that is what counts as one.
    private static string Network(object? remote)
    {
        var address = remote switch
        {
            IPEndPoint point => point.Address,
            string text when IPEndPoint.TryParse(text, out var point) => point.Address,
            _ => null,
        };
        if (address is null)
        {
            return "";
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}/64");
    }
}
