namespace Quickwater.Core;

/// <summary>
/// Holds one connection to its <see cref="ConnectionLimits"/>: its session tells it what happens and asks it at its <see cref="Deadline"/>. Part of
/// the session's turn; not thread-safe.
/// </summary>
public struct ConnectionWatch
{
    private readonly ConnectionLimits _limits;
    private readonly Instant _opened;
    private ByteRate _received;
    private ByteRate _sent;
    private Instant _lastReceived;
    private bool _handshakeDone;

    /// <summary>Starts to watch a connection that opened now.</summary>
    public ConnectionWatch(ConnectionLimits limits, Instant now)
    {
        _limits = limits;
        _opened = _lastReceived = now;
        if (limits.ReceivedBytesPerSecondMax is { } received)
        {
            _received = new ByteRate(received, received);
        }

        if (limits.SentBytesPerSecondMax is { } sent)
        {
            _sent = new ByteRate(sent, sent);
        }
    }

    /// <summary>When <see cref="Check"/> is to be asked next.</summary>
    public readonly Instant Deadline => Instant.Earlier(
        _handshakeDone ? _lastReceived + _limits.IdleTimeout : _opened + _limits.HandshakeTimeout,
        _limits.DurationMax is { } most ? _opened + most : Instant.Never);

    /// <summary>When half of the idle time has passed: a good time to ask the peer whether it is there.</summary>
    public readonly Instant PingAt => _lastReceived + (_limits.IdleTimeout / 2);

    /// <summary>The handshake is done.</summary>
    public void HandshakeDone(Instant now)
    {
        _handshakeDone = true;
        _lastReceived = now;
    }

    /// <summary>Bytes came. <see cref="Reason.ByteRateExceeded"/> when they are too many, else <see cref="Reason.None"/>.</summary>
    public Reason Received(int bytes, Instant now)
    {
        _lastReceived = bytes > 0 ? now : _lastReceived;
        if (_limits.ReceivedBytesPerSecondMax is null)
        {
            return Reason.None;
        }

        _received.Take(bytes, now);
        return _received.Room(now) < 0 ? Reason.ByteRateExceeded : Reason.None;
    }

    /// <summary>Bytes that may go out now; the most there is when there is no limit.</summary>
    public int SendRoom(Instant now) =>
        _limits.SentBytesPerSecondMax is null ? int.MaxValue : (int)Math.Clamp(_sent.Room(now), 0, int.MaxValue);

    /// <summary>When so many bytes may go out.</summary>
    public Instant WhenSendRoom(int bytes, Instant now) => _limits.SentBytesPerSecondMax is null ? now : _sent.WhenRoom(bytes, now);

    /// <summary>Bytes went out.</summary>
    public void Sent(int bytes, Instant now)
    {
        if (_limits.SentBytesPerSecondMax is not null)
        {
            _sent.Take(bytes, now);
        }
    }

    /// <summary>Which limit is reached: <see cref="Reason.HandshakeTimeout"/>, <see cref="Reason.IdleTimeout"/>, <see cref="Reason.DurationExceeded"/> or none.</summary>
    public readonly Reason Check(Instant now)
    {
        if (_limits.DurationMax is { } most && now - _opened >= most)
        {
            return Reason.DurationExceeded;
        }

        if (!_handshakeDone)
        {
            return now - _opened >= _limits.HandshakeTimeout ? Reason.HandshakeTimeout : Reason.None;
        }

        return now - _lastReceived >= _limits.IdleTimeout ? Reason.IdleTimeout : Reason.None;
    }
}
