using Quickwater.Core;

namespace Quickwater.Audio.Tests;

/// <summary>A client that reads only while the test lets it.</summary>
internal sealed class Tap : ISessionFactory
{
    private ISessionFactory? _client;
    private IMailbox? _mailbox;

    public bool IsShut { get; private set; }

    public string Protocol => "tapped";

    public ISessionFactory On(ISessionFactory client)
    {
        _client = client;
        return this;
    }

    public void Shut() => IsShut = true;

    public void Open()
    {
        IsShut = false;
        _mailbox?.Wake();
    }

    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now)
    {
        _mailbox = mailbox;
        return new Session(this, (_client ?? throw new InvalidOperationException("No client.")).Create(info, mailbox, now));
    }

    private sealed class Session(Tap tap, ISession session) : ISession
    {
        public Instant Deadline => session.Deadline;

        public Reason Ended => session.Ended;

        public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now) =>
            tap.IsShut ? ReceiveResult.Paused(0) : session.Receive(bytes, now);

        public void PeerFinished(Instant now) => session.PeerFinished(now);

        public bool Transmit(SendBatch batch, Instant now) => session.Transmit(batch, now);

        public void Sent(long bytes, Instant now) => session.Sent(bytes, now);

        public void Tick(Instant now) => session.Tick(now);

        public void Handle(in Command command, Instant now) => session.Handle(command, now);

        public void Close(Reason why, Instant now) => session.Close(why, now);
    }
}
