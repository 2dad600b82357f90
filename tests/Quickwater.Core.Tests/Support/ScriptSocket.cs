namespace Quickwater.Core.Tests;

/// <summary>A datagram socket that a test plays by hand. It throws on any breach of the contract of <see cref="IDatagramSocket"/>.</summary>
internal sealed class ScriptSocket : IDatagramSocket
{
    private readonly LeakCounters _leaks;
    private readonly Queue<DatagramReceived> _incoming = new();
    private readonly Queue<byte[]> _bytes = new();
    private DatagramBatch? _batch;

    internal ScriptSocket(LeakCounters leaks)
    {
        _leaks = leaks;
        leaks.Sockets.Add();
    }

    public DatagramAddress Local { get; } = new([127, 0, 0, 1], 7777);

    internal IDatagramEvents? Events { get; private set; }

    internal bool SendsAtOnce { get; set; } = true;

    internal bool SendInFlight => _batch is not null;

    internal int CloseCalls { get; private set; }

    internal int Receives { get; private set; }

    /// <summary>Why what goes to port 0 fails.</summary>
    internal Reason Failure { get; init; } = Reason.AddressNotAvailable;

    internal List<(DatagramAddress To, byte[] Bytes)> Sent { get; } = [];

    internal List<int> SendSizes { get; } = [];

    internal int Waiting => _incoming.Count;

    public void Bind(IDatagramEvents events) => Events = events;

    public DatagramReceived Receive(Span<byte> buffer)
    {
        Require(CloseCalls == 0, "A receive after the close.");
        Receives++;
        if (!_incoming.TryDequeue(out var next))
        {
            return DatagramReceived.Pending;
        }

        _bytes.Dequeue().CopyTo(buffer);
        return next;
    }

    public bool Send(DatagramBatch batch)
    {
        Require(CloseCalls == 0, "A send after the close.");
        Require(_batch is null || ReferenceEquals(batch, _batch), "Two sends at once.");
        Require(!batch.IsEmpty, "An empty send.");
        if (!SendsAtOnce)
        {
            _batch = batch;
            return false;
        }

        _batch = null;
        SendSizes.Add(batch.Count);
        while (batch.Next < batch.Count)
        {
            if (batch.To(batch.Next).Port == 0)
            {
                batch.Fail(Failure);
                continue;
            }

            Sent.Add((batch.To(batch.Next), batch.SpanOf(batch.Next).ToArray()));
            batch.Advance(1);
        }

        return true;
    }

    public void Close()
    {
        if (CloseCalls++ == 0)
        {
            _leaks.Sockets.Remove();
        }
    }

    internal void Deliver(DatagramAddress from, params byte[] bytes) => Deliver(DatagramReceived.One(from, bytes.Length), bytes);

    internal void Deliver(DatagramReceived received, params byte[] bytes)
    {
        _incoming.Enqueue(received);
        _bytes.Enqueue(bytes);
        Events?.Readable();
    }

    /// <summary>More arrive before anybody is told.</summary>
    internal void DeliverUntold(DatagramAddress from, params byte[] bytes)
    {
        _incoming.Enqueue(DatagramReceived.One(from, bytes.Length));
        _bytes.Enqueue(bytes);
    }

    internal void Drain()
    {
        SendsAtOnce = true;
        Events?.Writable();
    }

    private static void Require(bool condition, string promise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(promise);
        }
    }
}
