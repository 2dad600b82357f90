using System.Numerics;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// One direction of a link: the sender's kernel buffer, the bytes on their way, and the receiver's kernel buffer, as three positions
/// in one stream of bytes.
/// </summary>
/// <remarks>
/// <code>
///   read            arrived            written
///    | receive buffer | on the way, or in |
///    |                | the send buffer   |
/// </code>
/// </remarks>
internal sealed class SimPipe
{
    private readonly World _world;
    private readonly Rng _rng;
    private readonly SimLink _link;
    private readonly TimeSpan _latency;
    private readonly int _receiveBytesMax;
    private readonly byte[] _ring;
    private readonly Queue<(TimeSpan At, long UpTo)> _pieces = new();
    private readonly Action _arrive;
    private int _sendBytesMax;
    private long _written;
    private long _arrived;
    private long _read;
    private TimeSpan _lastAt;
    private TimeSpan _stalledUntil;
    private bool _windowShut;
    private bool _broken;

    internal SimPipe(World world, Rng rng, SimLink link)
    {
        _world = world;
        _rng = rng;
        _link = link;
        var faults = world.Weather;
        _latency = rng.Between(faults.LatencyMin, faults.LatencyMax);
        _sendBytesMax = rng.Between(faults.SendBufferBytes.Least, faults.SendBufferBytes.Most);
        _receiveBytesMax = rng.Between(faults.ReceiveBufferBytes.Least, faults.ReceiveBufferBytes.Most);
        _ring = new byte[BitOperations.RoundUpToPowerOf2((uint)(_sendBytesMax + _receiveBytesMax))];
        _arrive = Arrive;
    }

    /// <summary>Bytes that a receive would find.</summary>
    internal int Available => (int)(_arrived - _read);

    /// <summary>Bytes sent and not arrived.</summary>
    internal long Unacknowledged => _written - _arrived;

    /// <summary>Whether the sender finished.</summary>
    internal bool Finished { get; private set; }

    /// <summary>Whether the receiver has everything, the end included.</summary>
    internal bool FinishArrived { get; private set; }

    private int Room => (int)Math.Max(0, _sendBytesMax - (_written - _arrived));

    /// <summary>Takes as many of the bytes as the send buffer has room for.</summary>
    internal int Accept(ReadOnlySpan<byte> bytes)
    {
        var taken = _broken ? 0 : Math.Min(bytes.Length, Room);
        Copy(bytes[..taken], _written);
        _written += taken;
        return taken;
    }

    /// <summary>Puts what was accepted on its way.</summary>
    internal void Dispatch()
    {
        var at = _world.Time.Elapsed + _latency;
        _lastAt = at > _lastAt ? at : _lastAt;
        _pieces.Enqueue((_lastAt, _written));
        _world.Time.After(_lastAt - _world.Time.Elapsed, _arrive);
    }

    /// <summary>The end goes behind what was accepted.</summary>
    internal void Finish()
    {
        Finished = true;
        if (!_broken)
        {
            Dispatch();
        }
    }

    /// <summary>Takes bytes out of the receive buffer.</summary>
    internal void Read(Span<byte> destination)
    {
        var from = (int)(_read & (_ring.Length - 1));
        var first = Math.Min(destination.Length, _ring.Length - from);
        _ring.AsSpan(from, first).CopyTo(destination);
        _ring.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
        _read += destination.Length;
        if (_windowShut && destination.Length > 0)
        {
            _windowShut = false;
            _world.Time.After(_latency, _arrive);
        }
    }

    /// <summary>Nothing moves for a time.</summary>
    internal void StallUntil(TimeSpan until)
    {
        _stalledUntil = until;
        _world.Time.After(until - _world.Time.Elapsed, _arrive);
    }

    /// <summary>Ends a stall.</summary>
    internal void Heal() => StallUntil(_world.Time.Elapsed);

    /// <summary>The connection is broken: what has not arrived never will, and what has may be lost as well.</summary>
    internal void Break(bool losesUnread)
    {
        _broken = true;
        _pieces.Clear();
        _written = _arrived;
        if (losesUnread)
        {
            _read = _arrived;
        }
    }

    internal void LimitUnsent(int bytes) => _sendBytesMax = Math.Clamp(bytes, 1, _sendBytesMax);

    private void Copy(ReadOnlySpan<byte> bytes, long position)
    {
        var at = (int)(position & (_ring.Length - 1));
        var first = Math.Min(bytes.Length, _ring.Length - at);
        bytes[..first].CopyTo(_ring.AsSpan(at));
        bytes[first..].CopyTo(_ring);
    }

    private void Arrive()
    {
        if (_broken || _link.Vanished || FinishArrived || _world.Time.Elapsed < _stalledUntil)
        {
            return;
        }

        var before = _arrived;
        while (_pieces.TryPeek(out var piece) && piece.At <= _world.Time.Elapsed)
        {
            var room = _receiveBytesMax - (_arrived - _read);
            var bytes = Math.Min(piece.UpTo - _arrived, room);
            if (bytes > 1 && _rng.Chance(_world.Weather.Split))
            {
                _arrived += _rng.Between(1, (int)bytes - 1);
                _world.Time.After(_latency, _arrive);
                break;
            }

            _arrived += bytes;
            if (_arrived < piece.UpTo)
            {
                _windowShut = true;
                break;
            }

            _pieces.Dequeue();
        }

        FinishArrived = Finished && _pieces.Count == 0;
        if (_arrived > before || FinishArrived)
        {
            _link.Arrived(this, _arrived > before);
        }
    }
}
