namespace Quickwater.Core;

/// <summary>
/// The sending side of a connection: pulls a batch from the session when no send is in flight, and keeps it until the send completes.
/// All of it belongs to the connection's turn but <see cref="Completed"/>.
/// </summary>
internal sealed class ConnectionOutput(Connection connection, ITransport transport, Engine engine)
{
    private SendBatch? _batch; // belongs to the send while one is in flight
    private IoResult _result;
    private int _ready;
    private int _unsentBytesMax;
    private long _bytes;
    private long _sends;
    private RateMeter _rate;

    internal bool InFlight => _batch is not null;

    internal long Bytes => Volatile.Read(ref _bytes);

    internal long RateAt(Instant now) => _rate.At(now);

    internal long Sends => Volatile.Read(ref _sends);

    internal long Warm() => _ready + _bytes + Deadline.Ticks + _rate.BytesPerSecond;

    /// <summary>When the send in flight began; never while there is none.</summary>
    internal Instant SendingSince { get; private set; } = Instant.Never;

    /// <summary>When the send in flight counts as stalled.</summary>
    internal Instant Deadline => SendingSince + engine.Options.SendTimeout;

    /// <summary>The pending send is over. From any thread; the caller asks for a turn.</summary>
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
        return Done(_result, now);
    }

    /// <summary>Pulls the next batch and sends it, if no send is in flight.</summary>
    internal Pulled Pull(Instant now)
    {
        if (_batch is not null && !Mutants.SecondSend)
        {
            return Pulled.InFlight;
        }

        var batch = engine.Batches.Rent(engine.Options.BatchBytesMax, transport);
        bool more;
        try
        {
            more = connection.Session.Transmit(batch, now);
        }
        catch
        {
            engine.Batches.Return(batch); // with the references it holds
            throw;
        }

        if (batch.UnsentBytesMax != 0 && batch.UnsentBytesMax != _unsentBytesMax)
        {
            _unsentBytesMax = batch.UnsentBytesMax;
            transport.LimitUnsent(_unsentBytesMax);
        }

        if (batch.IsEmpty)
        {
            engine.Batches.Return(batch);
            return Pulled.Nothing;
        }

        _batch = batch;
        var result = transport.Send(batch);
        if (result.Status == IoStatus.Pending)
        {
            SendingSince = now;
            return Pulled.InFlight;
        }

        if (more)
        {
            engine.Options.Marks?.Hit("sync-send-with-backlog");
        }

        return !Done(result, now) ? Pulled.InFlight : more ? Pulled.Part : Pulled.All;
    }

    /// <summary>The connection is closed: nothing is waited for. A batch in flight stays the kernel's until its send comes home.</summary>
    internal void Close()
    {
        SendingSince = Instant.Never;
        (Mutants.EarlyRelease ? _batch : null)?.Release();
    }

    private bool Done(IoResult result, Instant now)
    {
        var batch = _batch ?? throw new InvalidOperationException("A send completed that was not in flight.");
        _batch = null;
        SendingSince = Instant.Never;
        var bytes = batch.Bytes;
        engine.Batches.Return(batch);
        if (connection.Phase == ConnectionPhase.Closed)
        {
            return false;
        }

        if (result.Status != IoStatus.Completed)
        {
            connection.CloseNow(result.Reason, now);
            return false;
        }

        _bytes += bytes;
        _rate.Add(bytes, now);
        _sends++;
        connection.Session.Sent(bytes, now);
        return true;
    }
}
