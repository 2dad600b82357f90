using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// A socket of a simulated network. It keeps the contract of <see cref="IDatagramSocket"/> as an unkind operating system would, and fails the world when its user
/// breaks it, such as by a batch that is touched while its send waits.
/// </summary>
public sealed class SimDatagramSocket : IDatagramSocket
{
    private const int ErrorsMax = 16; // the kernel remembers few
    private const int OverheadBytes = 200; // what a datagram takes of a receive buffer besides its bytes, so that empty ones are bounded too

    private readonly World _world;
    private readonly SimDatagramNetwork _network;
    private readonly Rng _rng;
    private readonly Queue<(DatagramAddress From, byte[] Bytes)> _queue = new();
    private readonly Queue<(DatagramAddress Peer, Reason Why)> _errors = new();
    private IDatagramEvents? _events;
    private int _receiveBytesMax;
    private int _queuedBytes;
    private bool _receiveWaits;
    private bool _readableDue;
    private DatagramBatch? _batch;
    private (int Next, int Count, ulong Sum) _given;

    internal SimDatagramSocket(World world, SimDatagramNetwork network, Rng rng, string name, in DatagramAddress local, in DatagramAddress seen)
    {
        (_world, _network, _rng, Name, Local, Seen) = (world, network, rng, name, local, seen);
        _receiveBytesMax = rng.Between(network.Weather.ReceiveBytes.Least, network.Weather.ReceiveBytes.Most);
        world.Network.OpenSockets++;
    }

    /// <summary>Names it in the trace.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public DatagramAddress Local { get; }

    /// <summary>The address that others see it by.</summary>
    public DatagramAddress Seen { get; private set; }

    /// <summary>Whether it was closed.</summary>
    public bool Closed { get; private set; }

    /// <summary>Datagrams that wait for its user.</summary>
    public int Waiting => _queue.Count;

    /// <summary>Whether a receive would find something of which its user was told.</summary>
    public bool HasInput => (_queue.Count > 0 || _errors.Count > 0) && !_readableDue;

    /// <summary>Whether a send waits.</summary>
    public bool SendWaits => _batch is not null;

    /// <inheritdoc/>
    public void Bind(IDatagramEvents events)
    {
        _world.Require(_events is null, $"{Name}: Bind is called once");
        _events = events;
    }

    /// <inheritdoc/>
    public DatagramReceived Receive(Span<byte> buffer)
    {
        _world.Require(_events is not null, $"{Name}: Bind comes before Receive");
        _world.Require(buffer.Length >= 64 * 1024, $"{Name}: the buffer of a receive holds any datagram");
        if (Closed)
        {
            return DatagramReceived.Closed;
        }

        _world.Interrupt(); // on another thread something may come in this moment
        if (_errors.TryDequeue(out var error))
        {
            return DatagramReceived.Failed(error.Peer, error.Why);
        }

        if (_queue.Count == 0)
        {
            _receiveWaits = true;
            if (_rng.Chance(_network.Weather.FalseAlarm * 0.1))
            {
                Readable();
            }

            return DatagramReceived.Pending;
        }

        return Take(buffer);
    }

    /// <inheritdoc/>
    public bool Send(DatagramBatch batch)
    {
        _world.Require(_events is not null, $"{Name}: Bind comes before Send");
        _world.Require(!batch.IsEmpty && batch.Next < batch.Count, $"{Name}: a send has datagrams");
        if (_batch is not null)
        {
            _world.Require(ReferenceEquals(batch, _batch), $"{Name}: one send in flight");
            _world.Require(_given == Given(batch), $"{Name}: the batch of a send in flight is not touched");
            _batch = null;
        }

        while (batch.Next < batch.Count)
        {
            if (Closed)
            {
                batch.Fail(Reason.Disposed);
            }
            else if (_rng.Chance(_network.Weather.PendingSend))
            {
                (_batch, _given) = (batch, Given(batch));
                _world.Marks.Hit("datagram-send-waits");
                _world.Time.After(_rng.UpTo(TimeSpan.FromMilliseconds(20)), () => _events?.Writable());
                _world.Interrupt();
                return false;
            }
            else
            {
                SendRun(batch);
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (Closed)
        {
            return;
        }

        Closed = true;
        _world.Note("close", Name, _queue.Count);
        _network.Unlisten(this);
        for (; _queue.TryDequeue(out _);)
        {
            _network.Lose(DatagramLoss.Unread);
        }

        _errors.Clear();
        _batch = null;
        _world.Network.OpenSockets--;
    }

    /// <summary>The translator in front of it forgets it: others see another address from now on, and what goes to the old one is lost.</summary>
    public void Rebind()
    {
        if (Closed || _network.IsHealed)
        {
            return;
        }

        _network.Unlisten(this);
        Seen = _network.NewAddress("198.51.100.1");
        _network.Listen(this);
        _world.Note("rebind", Name, Seen.Port);
        _world.Marks.Hit("nat-rebound");
    }

    internal void Heal() => _receiveBytesMax = Math.Max(_receiveBytesMax, _network.Weather.ReceiveBytes.Most);

    /// <summary>A datagram comes.</summary>
    internal void Take(in DatagramAddress from, byte[] bytes)
    {
        if (_queuedBytes + bytes.Length + OverheadBytes > _receiveBytesMax)
        {
            _network.Lose(DatagramLoss.ReceiveBuffer);
            return;
        }

        _queue.Enqueue((from, bytes));
        _queuedBytes += bytes.Length + OverheadBytes;
        Readable();
    }

    /// <summary>The network says something of a peer.</summary>
    internal void HearOf(in DatagramAddress peer, Reason why)
    {
        if (!Closed && _errors.Count < ErrorsMax)
        {
            _world.Marks.Hit("datagram-refused");
            _errors.Enqueue((peer, why));
            Readable();
        }
    }

    private DatagramReceived Take(Span<byte> buffer)
    {
        var (from, bytes) = Dequeue();
        bytes.CopyTo(buffer);
        var (total, count) = (bytes.Length, 1);
        while (bytes.Length > 0 && total % bytes.Length == 0 && count < DatagramBatch.SegmentsMax && _queue.TryPeek(out var next) && next.From == from
            && next.Bytes.Length > 0 && next.Bytes.Length <= bytes.Length && total + next.Bytes.Length <= buffer.Length
            && _rng.Chance(_network.Weather.Coalesce))
        {
            Dequeue().Bytes.CopyTo(buffer[total..]);
            total += next.Bytes.Length;
            count++;
            _world.Marks.Hit("datagrams-received-together");
        }

        _world.Note("receive", Name, count, total);
        return DatagramReceived.Segments(from, total, bytes.Length);
    }

    private (DatagramAddress From, byte[] Bytes) Dequeue()
    {
        var next = _queue.Dequeue();
        _queuedBytes -= next.Bytes.Length + OverheadBytes;
        _network.Ledger.Delivered++;
        return next;
    }

    // What can leave together does, or does not, as the operating system likes.
    private void SendRun(DatagramBatch batch)
    {
        var run = batch.RunAt(batch.Next);
        run = run > 1 && _rng.Chance(0.5) ? 1 : run;
        if (run > 1)
        {
            _world.Marks.Hit("datagrams-sent-together");
        }

        for (; run > 0; run--)
        {
            SendOne(batch);
        }
    }

    private void SendOne(DatagramBatch batch)
    {
        var to = batch.To(batch.Next);
        var bytes = batch.SpanOf(batch.Next);
        var why = to.Port == 0 || to.IsIPv4 != Local.IsIPv4 ? Reason.AddressNotAvailable
            : bytes.Length > DatagramBatch.DatagramBytesMax ? Reason.MessageTooLarge
            : _rng.Chance(_network.Weather.SendFails) ? Reason.NoBufferSpace
            : Reason.None;
        if (why != Reason.None)
        {
            batch.Fail(why);
            return;
        }

        _world.Note("send", Name, to.Port, bytes.Length);
        _network.Carry(Seen, to, bytes);
        batch.Advance(1);
    }

    private void Readable()
    {
        if (!_receiveWaits || _readableDue)
        {
            return;
        }

        _readableDue = true;
        _world.Time.After(_rng.Chance(0.5) ? TimeSpan.Zero : TimeSpan.FromMicroseconds(_rng.Below(200)), () =>
        {
            (_readableDue, _receiveWaits) = (false, false);
            if (!Closed)
            {
                _events?.Readable();
            }
        });
    }

    private static (int Next, int Count, ulong Sum) Given(DatagramBatch batch)
    {
        var bytes = new ArraySegment<byte>(batch.SpanOf(batch.Next, batch.Count - batch.Next).ToArray());
        return (batch.Next, batch.Count, Checksum.Of([bytes]));
    }
}
