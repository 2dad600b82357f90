namespace Quickwater.Core;

/// <summary>
/// The sending side of a port: pulls a batch from the session when no send is in flight, and keeps it until the socket is done with it. All of it belongs to the
/// port's turn but <see cref="Writable"/>.
/// </summary>
internal sealed class DatagramOutput(DatagramPort port, IDatagramSocket socket)
{
    private readonly DatagramBatch _batch = new(port.Options.BatchBytesMax, port.Options.BatchDatagramsMax);
    private int _writable;
    private long _sent;
    private long _bytes;
    private long _failed;

    internal bool InFlight { get; private set; }

    internal long Sent => Volatile.Read(ref _sent);

    internal long Bytes => Volatile.Read(ref _bytes);

    internal long Failed => Volatile.Read(ref _failed);

    /// <summary>The send that waits may go on. From any thread; the caller asks for a turn.</summary>
    internal void Writable() => Volatile.Write(ref _writable, 1);

    /// <summary>Goes on with the send in flight, or pulls the next batch and sends it.</summary>
    internal Pulled Pull(Instant now)
    {
        if (InFlight && Interlocked.Exchange(ref _writable, 0) == 0)
        {
            return Pulled.InFlight;
        }

        var more = InFlight && !Mutants.UnaskedAfterSend; // the session has not been asked since, whatever came meanwhile
        if (!InFlight)
        {
            more = port.Session.Transmit(_batch, now);
            if (_batch.IsEmpty)
            {
                return Pulled.Nothing;
            }

            InFlight = true;
        }

        if (!socket.Send(_batch))
        {
            return Pulled.InFlight;
        }

        InFlight = false;
        return Finish(now) || more ? Pulled.Part : Pulled.All;
    }

    // The socket is done with the batch. True when the session was told of failures: it may have something to say then.
    private bool Finish(Instant now)
    {
        var failures = _batch.Failures;
        _sent += _batch.Count - failures;
        _bytes += _batch.Bytes;
        _failed += failures;
        var isTold = failures > 0;
        for (var i = 0; failures > 0 && i < _batch.Count; i++)
        {
            if (_batch.FailureOf(i) is not Reason.None and var why)
            {
                failures--;
                _bytes -= _batch.SpanOf(i).Length;
                port.TellFailed(_batch.To(i), why, now);
            }
        }

        _batch.Clear();
        return isTold;
    }
}
