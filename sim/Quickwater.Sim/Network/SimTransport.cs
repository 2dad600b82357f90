using System.Net;
using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// One end of a simulated connection. It keeps the contract of <see cref="ITransport"/> as an unkind operating system would, and fails the
/// world when its user breaks it: two operations of a kind in flight, or a buffer that is touched before its operation completes.
/// </summary>
public sealed class SimTransport : ITransport, IDisposable
{
    private const byte Poison = 0xDD;

    private readonly World _world;
    private readonly Rng _rng;
    private readonly SimLink _link;
    private readonly SimPipe _out;
    private readonly SimPipe _in;
    private ITransportEvents? _events;
    private Reason _broken;
    private bool _gone;
    private Memory<byte> _buffer;
    private bool _receiveDue;
    private SendBatch? _batch;
    private ArraySegment<byte>[] _pieces = [];
    private ulong _checksum;
    private int _total;
    private int _taken;
    private bool _sendDue;

    internal SimTransport(
        World world, Rng rng, SimLink link, string name, SimPipe sending, SimPipe receiving, IPEndPoint local, IPEndPoint remote)
    {
        _world = world;
        _rng = rng;
        _link = link;
        Name = name;
        _out = sending;
        _in = receiving;
        Local = local;
        Remote = remote;
        world.Network.OpenSockets++;
    }

    /// <summary>Names this end in the trace.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public IPEndPoint Remote { get; }

    /// <inheritdoc/>
    public IPEndPoint Local { get; }

    /// <inheritdoc/>
    public long UnacknowledgedBytes => _out.Unacknowledged;

    /// <summary>Whether a receive, or a wait for one, is in flight.</summary>
    public bool Receiving { get; private set; }

    /// <summary>Whether a send is in flight.</summary>
    public bool Sending { get; private set; }

    /// <summary>Whether this end was closed.</summary>
    public bool Closed { get; private set; }

    /// <summary>Why the link broke, as seen from this end; <see cref="Reason.None"/> while it has not.</summary>
    public Reason Broken => _broken;

    /// <summary>Whether this end finished sending.</summary>
    public bool FinishedSending => _out.Finished;

    /// <summary>Whether a receive would find something: bytes, the end, or that the link is broken.</summary>
    public bool HasInput => _in.Available > 0 || _in.FinishArrived || _broken != Reason.None;

    /// <summary>Whether this end's user was told of the end of its input.</summary>
    public bool EndGiven { get; private set; }

    /// <summary>When this end's user closed it.</summary>
    public Instant ClosedAt { get; private set; } = Instant.Never;

    /// <summary>Whether this end reset the link because it was closed before all input had been read.</summary>
    public bool ResetPeer { get; private set; }

    /// <summary>Bytes that this end's user has sent and that were taken by the kernel.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Bytes that this end's user has received.</summary>
    public long BytesReceived { get; private set; }

    /// <inheritdoc/>
    public void Bind(ITransportEvents events)
    {
        _world.Require(_events is null, $"{Name}: Bind is called once");
        _events = events;
    }

    /// <inheritdoc/>
    public IoResult Receive(Memory<byte> buffer)
    {
        _world.Require(_events is not null, $"{Name}: Bind comes before Receive");
        _world.Require(!Receiving, $"{Name}: one receive in flight");
        if (Closed)
        {
            return IoResult.Failed(Reason.ConnectionAborted);
        }

        if (HasInput && !_rng.Chance(_world.Weather.PendingReceive))
        {
            return Trace("receive", TakeInput(buffer));
        }

        buffer.Span.Fill(Poison);
        _buffer = buffer;
        Receiving = true;
        Readable();
        _world.Interrupt(); // on another thread it may be complete before this call returns
        return IoResult.Pending;
    }

    /// <inheritdoc/>
    public IoResult Send(SendBatch batch)
    {
        _world.Require(_events is not null, $"{Name}: Bind comes before Send");
        _world.Require(!Sending, $"{Name}: one send in flight");
        _world.Require(!batch.IsEmpty, $"{Name}: a send has bytes");
        _world.Require(!_out.Finished || Closed, $"{Name}: no send after FinishSending");
        if (Closed)
        {
            return IoResult.Failed(Reason.ConnectionAborted);
        }

        if (_broken != Reason.None && !_rng.Chance(_world.Weather.PendingSend))
        {
            return Trace("send", IoResult.Failed(_broken));
        }

        Begin(batch);
        TakeOutput();
        if (_taken == _total && _broken == Reason.None && !_rng.Chance(_world.Weather.PendingSend))
        {
            Sending = false;
            return Trace("send", IoResult.Completed(Settle()));
        }

        if (_taken < _total)
        {
            _world.Marks.Hit("send-beyond-kernel-buffer");
        }

        Writable();
        _world.Interrupt(); // on another thread it may be complete before this call returns
        return IoResult.Pending;
    }

    /// <inheritdoc/>
    public void FinishSending()
    {
        _world.Require(!Sending, $"{Name}: no send in flight at FinishSending");
        if (!Closed && !_out.Finished)
        {
            _world.Note("finish", Name);
            _out.Finish();
        }
    }

    /// <inheritdoc/>
    public void LimitUnsent(int bytes) => _out.LimitUnsent(bytes);

    /// <inheritdoc/>
    public void Close()
    {
        if (Closed)
        {
            return;
        }

        _world.Note("close", Name, _in.Available, _out.Unacknowledged);
        Closed = true;
        ClosedAt = _world.Clock.Now;
        if (_in.Available > 0 || Sending)
        {
            // As Linux does: input that nobody will read makes it a reset, which destroys what is on its way out.
            _world.Marks.Hit(Sending ? "close-with-send-in-flight" : "close-with-unread-input");
            ResetPeer |= !Sending && _broken == Reason.None;
            _link.Reset(this);
        }
        else if (!_out.Finished)
        {
            _out.Finish();
        }

        Readable();
        Writable();
        LeaveIfDone();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer = default;
        _batch = null;
    }

    /// <summary>Resets the link from this end, as a process that dies does.</summary>
    public void Abort() => _link.Reset(this);

    /// <summary>Lets the link go silent for ever, as a machine that loses its network does.</summary>
    public void Vanish() => _link.Vanish();

    /// <summary>Input came to this end after it was closed: the operating system answers with a reset.</summary>
    internal void RefuseInput()
    {
        _world.Marks.Hit("reset-by-late-input");
        ResetPeer = true;
        _link.Reset(this);
    }

    internal void Break(Reason why)
    {
        if (_broken != Reason.None)
        {
            return;
        }

        _broken = why;
        if (Sending)
        {
            _world.Marks.Hit("reset-with-send-in-flight");
        }

        Readable();
        Writable();
    }

    /// <summary>Completes the receive in flight soon, if it can be completed.</summary>
    internal void Readable()
    {
        if (Receiving && !_receiveDue && (HasInput || Closed))
        {
            _receiveDue = true;
            _world.Time.After(Lateness(), CompleteReceive);
        }
    }

    /// <summary>Gives the kernel more of the send in flight, and completes it soon when it has all.</summary>
    internal void Writable()
    {
        if (!Sending || _sendDue)
        {
            return;
        }

        TakeOutput();
        if (_taken == _total || _broken != Reason.None || Closed)
        {
            _sendDue = true;
            _world.Time.After(Lateness(), CompleteSend);
        }
    }

    private IoResult TakeInput(Memory<byte> buffer)
    {
        if (_in.Available > 0)
        {
            var bytes = Math.Min(_in.Available, buffer.Length);
            if (bytes > 1 && _rng.Chance(_world.Weather.PartialReceive))
            {
                bytes = _rng.Between(1, bytes);
            }

            _in.Read(buffer.Span[..bytes]);
            BytesReceived += bytes;
            return IoResult.Completed(bytes);
        }

        if (_broken != Reason.None)
        {
            return IoResult.Failed(_broken);
        }

        EndGiven = buffer.Length > 0;
        return EndGiven ? IoResult.EndOfStream : IoResult.Completed(0);
    }

    private void CompleteReceive()
    {
        _world.Require(!_buffer.Span.ContainsAnyExcept(Poison), $"{Name}: the buffer of a receive in flight is not touched");
        var result = Closed ? IoResult.Failed(Reason.ConnectionAborted) : TakeInput(_buffer);
        _receiveDue = false;
        Receiving = false;
        _buffer = default;
        LeaveIfDone();
        _events?.ReceiveCompleted(Trace("received", result));
    }

    private void Begin(SendBatch batch)
    {
        // A transport may ask for one piece or for the pieces: both must be the same bytes.
        _pieces = _rng.Chance(0.5) && batch.TryContiguous(out var whole) && MemoryMarshal.TryGetArray(whole, out var one)
            ? [one]
            : [.. batch.Gather()];
        _batch = batch;
        _total = batch.Bytes;
        _taken = 0;
        _checksum = Checksum.Of(_pieces);
        Sending = true;
        if (_pieces.Length > 1)
        {
            _world.Marks.Hit("gathered-send");
        }
    }

    private void TakeOutput()
    {
        var skip = _taken;
        var before = _taken;
        foreach (var piece in _pieces)
        {
            if (skip >= piece.Count)
            {
                skip -= piece.Count;
                continue;
            }

            var taken = _out.Accept(piece.AsSpan(skip));
            _taken += taken;
            if (skip + taken < piece.Count)
            {
                break;
            }

            skip = 0;
        }

        if (_taken > before)
        {
            BytesSent += _taken - before;
            _out.Dispatch();
        }
    }

    private void CompleteSend()
    {
        var complete = _taken == _total && _broken == Reason.None && !Closed;
        var bytes = Settle();
        _sendDue = false;
        Sending = false;
        LeaveIfDone();
        var why = _broken == Reason.None ? Reason.ConnectionAborted : _broken;
        _events?.SendCompleted(Trace("sent", complete ? IoResult.Completed(bytes) : IoResult.Failed(why)));
    }

    // The batch was the kernel's until now: nobody may have released it or written into its bytes.
    private int Settle()
    {
        _world.Require(_batch?.Bytes == _total, $"{Name}: the batch of a send in flight is not released");
        _world.Require(Checksum.Of(_pieces) == _checksum, $"{Name}: the bytes of a send in flight are not touched");
        _batch = null;
        _pieces = [];
        return _total;
    }

    private TimeSpan Lateness()
    {
        if (_rng.Chance(_world.Weather.LateCompletion))
        {
            _world.Marks.Hit("late-completion");
            return _rng.UpTo(_world.Weather.LateCompletionMax);
        }

        return _rng.Chance(0.5) ? TimeSpan.Zero : TimeSpan.FromMicroseconds(_rng.Below(200));
    }

    // A socket is closed when it was asked to and nothing of it is in flight.
    private void LeaveIfDone()
    {
        if (Closed && !Receiving && !Sending && !_gone)
        {
            _gone = true;
            _world.Network.OpenSockets--;
        }
    }

    private IoResult Trace(string what, IoResult result)
    {
        _world.Note(what, Name, (int)result.Status, result.Status == IoStatus.Failed ? (long)result.Reason : result.Bytes);
        return result;
    }
}
