namespace Quickwater.Core.Tests;

/// <summary>Sends back what it gets, allocating nothing.</summary>
internal sealed class EchoSession : ISession, ISessionFactory
{
    private readonly byte[] _held = new byte[64];
    private int _count;

    public Instant Deadline { get; private set; } = Instant.Never;

    public Reason Ended { get; private set; }

    public string Protocol => "echo";

    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => this;

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        bytes.CopyTo(_held);
        _count = bytes.Length;
        Deadline = now + TimeSpan.FromSeconds(10);
        return ReceiveResult.NeedMore(bytes.Length);
    }

    public void PeerFinished(Instant now)
    {
    }

    public bool Transmit(SendBatch batch, Instant now)
    {
        batch.Write(_held.AsSpan(0, _count));
        _count = 0;
        return false;
    }

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
    }

    public void Handle(in Command command, Instant now)
    {
    }

    public void Close(Reason why, Instant now) => Ended = why;
}
