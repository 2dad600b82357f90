using System.Net;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>A connection between two transports, and what befalls it.</summary>
internal sealed class SimLink : IDisposable
{
    private readonly World _world;
    private readonly Rng _rng;
    private readonly string _name;
    private readonly SimPipe _toFar;
    private readonly SimPipe _toNear;
    private readonly bool _reliable;
    private bool _broken;

    internal SimLink(World world, Rng rng, string name, IPEndPoint near, IPEndPoint far, bool reliable)
    {
        _world = world;
        _rng = rng;
        _name = name;
        _reliable = reliable;
        _toFar = new SimPipe(world, rng.Fork(), this);
        _toNear = new SimPipe(world, rng.Fork(), this);
        Near = new SimTransport(world, rng.Fork(), this, name + ">", _toFar, _toNear, near, far);
        Far = new SimTransport(world, rng.Fork(), this, name + "<", _toNear, _toFar, far, near);
        if (!reliable)
        {
            Forecast();
        }
    }

    internal SimTransport Near { get; }

    internal SimTransport Far { get; }

    /// <summary>Whether the link went silent.</summary>
    internal bool Vanished { get; private set; }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }

    /// <summary>Ends stalls.</summary>
    internal void Heal()
    {
        _toFar.Heal();
        _toNear.Heal();
    }

    /// <summary>Bytes or the end came to the receiving end of a pipe.</summary>
    internal void Arrived(SimPipe pipe, bool bytes)
    {
        var (sender, receiver) = ReferenceEquals(pipe, _toFar) ? (Near, Far) : (Far, Near);
        if (bytes && receiver.Closed)
        {
            receiver.RefuseInput();
            return;
        }

        receiver.Readable();
        sender.Writable();
    }

    /// <summary>One end resets the link: it ends there at once, and at the other end when word of it comes.</summary>
    internal void Reset(SimTransport by)
    {
        if (_broken)
        {
            return;
        }

        _broken = true;
        _world.Note("reset", _name);
        var losesUnread = _rng.Chance(0.5);
        _toFar.Break(losesUnread);
        _toNear.Break(losesUnread);
        by.Break(Reason.ConnectionReset);
        if (!Vanished)
        {
            var other = ReferenceEquals(by, Near) ? Far : Near;
            _world.Time.After(_rng.UpTo(_world.Weather.LatencyMax), () => other.Break(Reason.ConnectionReset));
        }
    }

    /// <summary>The link goes silent: neither end hears of the other again, until the operating systems give up.</summary>
    internal void Vanish()
    {
        if (_broken || Vanished)
        {
            return;
        }

        Vanished = true;
        _world.Note("vanish", _name);
        _world.Marks.Hit("vanished-peer");
        _world.Time.After(_world.Weather.KernelTimeout, () =>
        {
            _toFar.Break(losesUnread: false);
            _toNear.Break(losesUnread: false);
            Near.Break(Reason.TransportTimedOut);
            Far.Break(Reason.TransportTimedOut);
        });
    }

    private void Forecast()
    {
        var faults = _world.Weather;
        if (_rng.Chance(faults.Reset))
        {
            _world.Time.After(_rng.UpTo(faults.Within), () => Strike(faults.Reset, () => Reset(_rng.Chance(0.5) ? Near : Far)));
        }

        if (_rng.Chance(faults.Vanish))
        {
            _world.Time.After(_rng.UpTo(faults.Within), () => Strike(faults.Vanish, Vanish));
        }

        if (_rng.Chance(faults.Stall))
        {
            _world.Time.After(_rng.UpTo(faults.Within), () => Stall(_rng.Chance(0.7) ? _toFar : _toNear));
            _world.Time.After(_rng.UpTo(faults.Within), () => Stall(_rng.Chance(0.7) ? _toNear : _toFar));
        }
    }

    // What was forecast does not come any more once the network has healed.
    private void Strike(double rate, Action blow)
    {
        if (rate > 0 && (_world.Weather.Reset > 0 || _world.Weather.Vanish > 0))
        {
            blow();
        }
    }

    private void Stall(SimPipe pipe)
    {
        if (_reliable || _world.Weather.Stall <= 0)
        {
            return;
        }

        var length = _rng.UpTo(_world.Weather.StallMax);
        _world.Note("stall", _name, (long)length.TotalMilliseconds);
        pipe.StallUntil(_world.Time.Elapsed + length);
        _world.Time.After(length + _rng.UpTo(_world.Weather.Within), () => Stall(pipe));
    }
}
