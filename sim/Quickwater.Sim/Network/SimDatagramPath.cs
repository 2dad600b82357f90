using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>One direction between two addresses: its delay, its rate with a queue that drops at the tail, and its faults.</summary>
internal sealed class SimDatagramPath
{
    private readonly World _world;
    private readonly SimDatagramNetwork _network;
    private readonly Rng _rng;
    private readonly DatagramAddress _from;
    private readonly DatagramAddress _to;
    private readonly TimeSpan _delay;
    private readonly bool _hasHole;
    private readonly Queue<byte[]> _inOrder = new();
    private TimeSpan _freeAt;
    private TimeSpan _lastArrival;
    private TimeSpan _darkUntil;
    private int _burst;

    internal SimDatagramPath(World world, SimDatagramNetwork network, Rng rng, in DatagramAddress from, in DatagramAddress to)
    {
        (_world, _network, _rng, _from, _to) = (world, network, rng, from, to);
        _delay = rng.Between(network.Weather.Delay.Least, network.Weather.Delay.Most);
        _hasHole = rng.Chance(network.Weather.MtuHole);
    }

    private DatagramFaults Weather => _network.Weather;

    private TimeSpan Now => _world.Time.Elapsed;

    /// <summary>Ends a blackout, a burst of losses and what waits for the rate.</summary>
    internal void Heal() => (_darkUntil, _burst, _freeAt) = (TimeSpan.Zero, 0, TimeSpan.Zero);

    /// <summary>Takes a datagram, which is the path's from now on.</summary>
    internal void Carry(byte[] bytes)
    {
        if (FateOf(bytes.Length) is { } cause)
        {
            _network.Lose(cause);
            return;
        }

        if (bytes.Length > 0 && _rng.Chance(Weather.Corrupt))
        {
            bytes[_rng.Below(bytes.Length)] ^= (byte)(1 << _rng.Below(8));
            _network.Ledger.Corrupted++;
            _world.Marks.Hit("datagram-corrupted");
        }

        var at = Now > _freeAt ? Now : _freeAt;
        at += _delay + _rng.UpTo(Weather.Jitter);
        if (_rng.Chance(Weather.Reorder))
        {
            at += _rng.UpTo(Weather.ReorderMax);
            _world.Marks.Hit("datagram-overtaken");
            Arrive(at, () => bytes);
        }
        else
        {
            _lastArrival = at > _lastArrival ? at : _lastArrival;
            _inOrder.Enqueue(bytes);
            Arrive(_lastArrival, _inOrder.Dequeue); // of several at one time any may be called first
        }

        if (_rng.Chance(Weather.Duplicate))
        {
            _network.Ledger.Duplicated++;
            _world.Marks.Hit("datagram-copied");
            byte[] copy = [.. bytes];
            Arrive(at + _rng.UpTo(Weather.ReorderMax), () => copy);
        }
    }

    // Whether it is lost, and why.
    private DatagramLoss? FateOf(int length)
    {
        if (_rng.Chance(Weather.Blackout))
        {
            _darkUntil = Now + _rng.UpTo(Weather.BlackoutMax);
        }

        if (Now < _darkUntil)
        {
            return DatagramLoss.Blackout;
        }

        if (_burst > 0)
        {
            _burst--;
            _world.Marks.Hit("loss-burst");
            return DatagramLoss.Lost;
        }

        if (_rng.Chance(Weather.Loss))
        {
            _burst = _rng.Below(Weather.LossBurstMax);
            return DatagramLoss.Lost;
        }

        if (_hasHole && Weather.MtuHole > 0 && length > Weather.MtuBytes)
        {
            return DatagramLoss.Mtu;
        }

        return Weather.BytesPerSecond > 0 ? Queue(length) : null;
    }

    private DatagramLoss? Queue(int length)
    {
        var begin = _freeAt > Now ? _freeAt : Now;
        if (((begin - Now).TotalSeconds * Weather.BytesPerSecond) + length > Weather.QueueBytesMax)
        {
            return DatagramLoss.Queue;
        }

        _freeAt = begin + TimeSpan.FromSeconds((double)length / Weather.BytesPerSecond);
        return null;
    }

    private void Arrive(TimeSpan at, Func<byte[]> take)
    {
        _network.Ledger.OnTheWay++;
        _world.Time.After(at - Now, () =>
        {
            _network.Ledger.OnTheWay--;
            _network.Arrived(_from, _to, take());
        });
    }
}
