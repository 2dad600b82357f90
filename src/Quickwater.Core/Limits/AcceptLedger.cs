using System.Net;
using System.Runtime.InteropServices;

namespace Quickwater.Core;

/// <summary>
/// The books of a server's open connections, in all and by address. Thread-safe. It holds one entry for each address that has a
/// connection, and with a rate limit also for those seen within the last seconds, at most <see cref="QuietAddressesMax"/> of them.
/// </summary>
public sealed class AcceptLedger(AcceptLimits limits, Clock clock)
{
    /// <summary>Addresses without a connection that are remembered for their rate; beyond, the oldest window is forgotten first.</summary>
    internal const int QuietAddressesMax = 4096;

    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, Entry> _byAddress = [];
    private readonly bool _byAddressNeeded =
        limits.ConnectionsPerAddressMax is not null || limits.ConnectsPerSecondPerAddressMax is not null;

    private int _open;

    /// <summary>Open connections.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
            {
                return _open;
            }
        }
    }

    /// <summary>Addresses in the books.</summary>
    public int Addresses
    {
        get
        {
            lock (_lock)
            {
                return _byAddress.Count;
            }
        }
    }

    /// <summary>Enters a connection, or says why it is refused. Every entered one ends with <see cref="Leave"/>.</summary>
    public Reason TryEnter(IPAddress remote)
    {
        lock (_lock)
        {
            var why = _byAddressNeeded ? EnterAddress(AddressKey.Of(remote)) : EnterTotal();
            _open += why == Reason.None ? 1 : 0;
            return why;
        }
    }

    /// <summary>A connection that was entered is closed: once for each.</summary>
    public void Leave(IPAddress remote)
    {
        lock (_lock)
        {
            _open--;
            if (!_byAddressNeeded)
            {
                return;
            }

            var key = AddressKey.Of(remote);
            ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_byAddress, key);
            entry.Open--;
            if (entry.Open == 0 && limits.ConnectsPerSecondPerAddressMax is null)
            {
                _byAddress.Remove(key);
            }
        }
    }

    private Reason EnterTotal() => _open >= limits.ConnectionsMax ? Reason.TooManyConnections : Reason.None;

    private Reason EnterAddress(UInt128 key)
    {
        ForgetQuiet();
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_byAddress, key, out _);
        if (limits.ConnectsPerSecondPerAddressMax is { } rate)
        {
            // Refused connects count too: hammering does not earn a place.
            var now = clock.Now;
            if (entry.Connects == 0 || now - entry.WindowStart >= RateWindow)
            {
                entry.WindowStart = now;
                entry.Connects = 0;
            }

            entry.Connects = Math.Min(entry.Connects + 1, int.MaxValue - 1);
            if (entry.Connects > rate)
            {
                return Reason.ConnectRateExceeded;
            }
        }

        var why = entry.Open >= limits.ConnectionsPerAddressMax ? Reason.TooManyConnectionsFromAddress : EnterTotal();
        if (why == Reason.None)
        {
            entry.Open++;
        }
        else if (entry.Open == 0 && limits.ConnectsPerSecondPerAddressMax is null)
        {
            _byAddress.Remove(key);
        }

        return why;
    }

    // Addresses are the attacker's to choose, so the memory for them is bounded. Each call of the slow path frees at
    // least half of the quiet entries' bound, so its cost is spread over thousands of connects.
    private void ForgetQuiet()
    {
        if (_byAddress.Count < QuietAddressesMax + _open + 1)
        {
            return;
        }

        var now = clock.Now;
        var quiet = _byAddress.Where(pair => pair.Value.Open == 0).ToArray();
        Array.Sort(quiet, (a, b) => a.Value.WindowStart.CompareTo(b.Value.WindowStart));
        for (var i = 0; i < quiet.Length && (i < quiet.Length / 2 || now - quiet[i].Value.WindowStart >= RateWindow); i++)
        {
            _byAddress.Remove(quiet[i].Key);
        }
    }

    private struct Entry
    {
        public int Open;
        public int Connects;
        public Instant WindowStart;
    }
}
