namespace Quickwater.Core.Tests;

/// <summary>A session of a datagram port that records what it is asked, and does what a test tells it.</summary>
internal sealed class ScriptDatagrams : IDatagramSession, IDatagramSessionFactory
{
    private readonly Queue<(DatagramAddress To, byte[] Bytes)> _output = new();

    public string Protocol => "script";

    public Instant Deadline { get; set; } = Instant.Never;

    public Reason Ended { get; set; }

    internal DatagramPort? Port { get; private set; }

    internal List<string> Calls { get; } = [];

    internal List<byte[]> Received { get; } = [];

    internal Action<DatagramAddress, byte[]>? OnReceive { get; set; }

    internal Action<DatagramPeer?, Command>? OnHandle { get; set; }

    internal Action? OnTick { get; set; }

    internal Action<DatagramAddress>? OnFaulted { get; set; }

    internal Action? OnTransmit { get; set; }

    internal Action? OnFailed { get; set; }

    public IDatagramSession Create(DatagramPort port, Instant now)
    {
        Port = port;
        return this;
    }

    public void Receive(in DatagramAddress from, ReadOnlySpan<byte> bytes, Instant now)
    {
        Calls.Add($"receive {bytes.Length}");
        Received.Add(bytes.ToArray());
        OnReceive?.Invoke(from, bytes.ToArray());
    }

    public bool Transmit(DatagramBatch batch, Instant now)
    {
        Calls.Add("transmit");
        OnTransmit?.Invoke();
        while (_output.TryPeek(out var next) && batch.TryWrite(next.To, next.Bytes))
        {
            _output.Dequeue();
        }

        return _output.Count > 0;
    }

    public void Failed(in DatagramAddress peer, Reason why, Instant now)
    {
        Calls.Add($"failed {why}");
        OnFailed?.Invoke();
    }

    public void Tick(Instant now)
    {
        Calls.Add("tick");
        Deadline = Instant.Never;
        OnTick?.Invoke();
    }

    public void Handle(DatagramPeer? peer, in Command command, Instant now)
    {
        Calls.Add($"{(peer is null ? "port" : "peer")} {command.Kind} {command.Reason}");
        OnHandle?.Invoke(peer, command);
    }

    public void Faulted(in DatagramAddress peer, Instant now)
    {
        Calls.Add("faulted");
        OnFaulted?.Invoke(peer);
    }

    public void Close(Reason why, Instant now)
    {
        Calls.Add($"close {why}");
        Ended = Ended == Reason.None ? why : Ended;
    }

    /// <summary>Something to say, the next time it is asked.</summary>
    internal void Say(DatagramAddress to, params byte[] bytes) => _output.Enqueue((to, bytes));
}
