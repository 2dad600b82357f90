using System.Net;
using System.Runtime.InteropServices;

namespace Quickwater.Core;

/// <summary>
/// The books of places that peers may take, in all and by address (an IPv4 address or an IPv6 /64 network). Thread-safe. It holds one entry for each
/// address that has a place.
/// </summary>
/// <param name="most">Places in all; see <see cref="Resize"/>.</param>
/// <param name="beyond">Why one more is refused.</param>
/// <param name="perAddressMost">Places of one address.</param>
/// <param name="beyondAddress">Why one more of that address is refused.</param>
public sealed class PlaceLedger(int most, Reason beyond, int perAddressMost, Reason beyondAddress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, int> _byAddress = [];
    private int _most = most;
    private int _perAddressMost = perAddressMost;
    private int _taken;

    /// <summary>Places that are taken.</summary>
    public int Taken
    {
        get
        {
            lock (_lock)
            {
                return _taken;
            }
        }
    }

    /// <summary>Places in all.</summary>
    public int Most => Volatile.Read(ref _most);

    /// <summary>Places of one address.</summary>
    public int PerAddressMost => Volatile.Read(ref _perAddressMost);

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

    /// <summary>Takes a place, or says why not. Every place that was taken ends with <see cref="Leave"/>.</summary>
    /// <param name="remote">Whose it is; null counts in all only.</param>
    public Reason TryEnter(IPAddress? remote)
    {
        lock (_lock)
        {
            if (_taken >= _most)
            {
                return beyond;
            }

            if (remote is not null)
            {
                var key = AddressKey.Of(remote);
                var count = _byAddress.GetValueOrDefault(key);
                if (count >= _perAddressMost)
                {
                    return beyondAddress;
                }

                _byAddress[key] = count + 1;
            }

            _taken++;
            return Reason.None;
        }
    }

    /// <summary>Gives a place back: once for each that was taken.</summary>
    public void Leave(IPAddress? remote)
    {
        lock (_lock)
        {
            _taken--;
            if (remote is null)
            {
                return;
            }

            var key = AddressKey.Of(remote);
            ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_byAddress, key);
            if (--count == 0)
            {
                _byAddress.Remove(key);
            }
        }
    }

    /// <summary>There is room for more or fewer from now on. Who has a place keeps it.</summary>
    public void Resize(int most, int perAddressMost)
    {
        lock (_lock)
        {
            (_most, _perAddressMost) = (most, perAddressMost);
        }
    }
}
