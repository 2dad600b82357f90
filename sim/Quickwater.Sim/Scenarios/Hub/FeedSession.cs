using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>The server's side of a publisher: frames from the wire go into a topic.</summary>
internal sealed class FeedSession : ISession
{
    private readonly Media.Hub _hub;
    private readonly SimFrameReader _reader = new();
    private readonly Publication? _publication;

    private FeedSession(Media.Hub hub, string topic, ConnectionInfo info, IMailbox mailbox)
    {
        _hub = hub;
        Ended = hub.Publish(topic, info, mailbox, out _publication);
    }

    public Instant Deadline => Instant.Never;

    public Reason Ended { get; private set; }

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        var length = bytes.Length;
        while (!bytes.IsEmpty && _publication is not null)
        {
            if (_reader.Read(ref bytes, out var frame, out var damaged))
            {
                var payload = _hub.Buffers.Rent();
                payload.Append(_reader.Payload);
                _publication.Publish(_hub.Frames.Create(frame.Kind, frame.Flags, frame.Milliseconds, payload), now);
            }
            else if (damaged)
            {
                End(Reason.MalformedMessage);
                return ReceiveResult.Done(length);
            }
        }

        _publication?.Flush(now, TimeSpan.Zero);
        return ReceiveResult.NeedMore(length);
    }

    public void PeerFinished(Instant now) => End(Reason.StreamEnded);

    public bool Transmit(SendBatch batch, Instant now) => false;

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
    }

    public void Handle(in Command command, Instant now) => End(command.Reason);

    public void Close(Reason why, Instant now) => End(why);

    private void End(Reason why)
    {
        if (Ended == Reason.None)
        {
            Ended = why;
        }

        _publication?.End(Ended);
    }

    internal sealed class Factory(Media.Hub hub, string topic) : ISessionFactory
    {
        public string Protocol => "feed";

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new FeedSession(hub, topic, info, mailbox);
    }
}
