using System.Net;
using System.Runtime.InteropServices;

namespace Quickwater.Core;

/// <summary>
/// The books of failed attempts to authenticate, by address: who has failed too often within a minute is refused for a time. Thread-safe. Addresses are the
/// attacker's to choose, so it remembers at most <see cref="AddressesMax"/>; beyond, those whose entry means least are forgotten first.
/// </summary>
public sealed class AttemptLedger(AttemptLimits limits)
{
    /// <summary>Addresses that are remembered.</summary>
    internal const int AddressesMax = 4096;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, Entry> _byAddress = [];

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

    /// <summary>Whether an address is refused now.</summary>
    public bool Refuses(IPAddress remote, Instant now)
    {
        lock (_lock)
        {
            return _byAddress.TryGetValue(AddressKey.Of(remote), out var entry) && now < entry.RefusedUntil;
        }
    }

    /// <summary>An attempt of an address failed. Its minute begins with the first failure; one that is refused stays so, no longer.</summary>
    public void Failed(IPAddress remote, Instant now)
    {
        lock (_lock)
        {
            if (_byAddress.Count >= AddressesMax)
            {
                Forget(now);
            }

            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_byAddress, AddressKey.Of(remote), out var known);
            if (now < entry.RefusedUntil)
            {
                return; // began before it was refused; waiting out the time is enough
            }

            if (!known || now - entry.WindowStart >= Window)
            {
                entry = new Entry { WindowStart = now };
            }

            entry.Failures++;
            if (entry.Failures >= limits.FailuresPerMinuteMax)
            {
                entry = new Entry { WindowStart = now, RefusedUntil = now + limits.RefusedFor };
            }
        }
    }

    // First what is over, then the half that is over first: so its cost is spread over thousands of failures.
    private void Forget(Instant now)
    {
        var entries = _byAddress.OrderBy(static pair => pair.Value.Over).ToArray();
        for (var i = 0; i < entries.Length && (i < entries.Length / 2 || entries[i].Value.Over <= now); i++)
        {
            _byAddress.Remove(entries[i].Key);
        }
    }

    private struct Entry
    {
        public int Failures;
        public Instant WindowStart;
        public Instant RefusedUntil;

        // When it means nothing any more.
        public readonly Instant Over => RefusedUntil > WindowStart ? RefusedUntil : WindowStart + Window;
    }
}
