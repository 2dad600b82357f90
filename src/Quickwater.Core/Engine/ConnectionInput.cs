namespace Quickwater.Core;

/// <summary>
/// The receiving side of a connection: waits for bytes without a buffer, receives, offers them to the session. All of it belongs to the
/// connection's turn but <see cref="Completed"/>.
/// </summary>
internal sealed class ConnectionInput(Connection connection, ITransport transport, EngineOptions options)
{
    private ReceiveBuffer _buffer = new(connection.Info.Memory);
    private Flight _flight;
    private IoResult _result;
    private int _ready;
    private bool _done; // the session wants no more
    private bool _watches; // it wants nothing now, but to hear of the peer's end
    private long _bytes;
    private RateMeter _rate;

    private enum Flight
    {
        None,
        Waiting, // for bytes to come, without a buffer
        Reading, // into the buffer
    }

    internal bool InFlight => _flight != Flight.None;

    internal int Buffered => _buffer.Length;

    internal long Bytes => Volatile.Read(ref _bytes);

    internal long RateAt(Instant now) => _rate.At(now);

    internal long Warm() => _ready + _bytes + (int)_flight;

    /// <summary>Whether the session wants nothing for now. Then nothing is received, unless it wants to hear of the peer's end.</summary>
    internal bool IsPaused { get; private set; }

    /// <summary>Whether the peer has finished its side.</summary>
    internal bool HasEnded { get; private set; }

    /// <summary>The pending receive is over. From any thread; the caller asks for a turn.</summary>
    internal void Completed(IoResult result)
    {
        _result = result;
        Volatile.Write(ref _ready, 1);
    }

    /// <summary>Takes a completion. True when something moved.</summary>
    internal bool Take(Instant now)
    {
        if (Volatile.Read(ref _ready) == 0)
        {
            return false;
        }

        _ready = 0;
        var flight = _flight;
        _flight = Flight.None;
        if (connection.Phase == ConnectionPhase.Closed)
        {
            _buffer.Free();
            return false;
        }

        return flight == Flight.Waiting ? WaitDone(_result, now) : ReadDone(_result, now);
    }

    /// <summary>Starts to wait for bytes, if the session wants any. True when some came at once.</summary>
    internal bool Start(Instant now)
    {
        if (_flight != Flight.None || HasEnded || connection.Phase == ConnectionPhase.Closed)
        {
            return false;
        }

        if (IsPaused && !(_watches && _buffer.Length < options.ReceiveBytesMax))
        {
            return false;
        }

        _flight = Flight.Waiting;
        var wait = transport.Receive(Memory<byte>.Empty);
        if (wait.Status == IoStatus.Pending)
        {
            return false;
        }

        _flight = Flight.None;
        return WaitDone(wait, now);
    }

    /// <summary>
    /// Gives the session what is in the buffer. A session that paused is asked again, with an empty span if need be.
    /// </summary>
    internal void Offer(Instant now)
    {
        var session = connection.Session;
        if (connection.Phase != ConnectionPhase.Open || _done || session.Ended != Reason.None)
        {
            // What comes after that is read and thrown away: unread input would make the kernel reset the connection and
            // take the last answers with it.
            Free();
            return;
        }

        var offered = _buffer.Length;
        var result = session.Receive(_buffer.Unread, now);
        if ((uint)result.Consumed > (uint)offered)
        {
            throw new InvalidOperationException($"A session consumed {result.Consumed} of {offered} bytes.");
        }

        _watches = result.Status == ReceiveStatus.Held;
        IsPaused = _watches || result.Status == ReceiveStatus.Paused;
        if (IsPaused)
        {
            options.Marks?.Hit("receive-paused");
        }

        _done = result.Status == ReceiveStatus.Done;
        if (!_done && !IsPaused && result.Consumed == 0 && offered >= options.ReceiveBytesMax)
        {
            connection.CloseNow(Reason.ReceiveBufferFull, now);
            return;
        }

        var taken = _done ? offered : result.Consumed;
        if (_flight == Flight.Reading)
        {
            _buffer.Skip(taken); // a session that held goes on while a receive behind what it left is under way
        }
        else
        {
            _buffer.Take(taken);
        }

        _buffer.Count();
    }

    /// <summary>The session has ended: a pause means nothing any more.</summary>
    internal void Unpause() => IsPaused = false;

    /// <summary>Gives the buffer back, unless it is the transport's until a receive comes home.</summary>
    internal void Free()
    {
        if (_flight != Flight.Reading)
        {
            _buffer.Free();
        }
    }

    private bool WaitDone(IoResult result, Instant now)
    {
        if (result.Status != IoStatus.Completed)
        {
            return ReadDone(result, now);
        }

        _flight = Flight.Reading;
        var read = transport.Receive(_buffer.MakeRoom(options.ReceiveBytesMax));
        if (read.Status == IoStatus.Pending)
        {
            return false;
        }

        _flight = Flight.None;
        return ReadDone(read, now);
    }

    private bool ReadDone(IoResult result, Instant now)
    {
        switch (result.Status)
        {
            case IoStatus.Completed:
                _buffer.Add(result.Bytes);
                _bytes += result.Bytes;
                _rate.Add(result.Bytes, now);
                Offer(now);
                return true;
            case IoStatus.EndOfStream:
                End(now);
                return true;
            default:
                connection.CloseNow(result.Reason, now);
                return false;
        }
    }

    private void End(Instant now)
    {
        HasEnded = true;
        if (connection.Phase == ConnectionPhase.Lingering)
        {
            connection.CloseNow(Reason.None, now);
            return;
        }

        if (_buffer.Length == 0)
        {
            _buffer.Free();
        }

        if (connection.Phase == ConnectionPhase.Open)
        {
            connection.Session.PeerFinished(now);
        }
    }
}
