using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>A publisher of the hub scenario: sends frames at the pace of real time, for a while.</summary>
internal sealed class FeedClient : ISession
{
    private const int BacklogBytesMax = 8 << 20;

    private readonly SimEncoder _encoder;
    private readonly Queue<(SimFrame Frame, byte[] Payload)> _made = new();
    private readonly Queue<byte[]> _backlog = new();
    private readonly Instant _start;
    private readonly Instant _end;
    private int _sentOfFirst;
    private long _backlogBytes;

    private FeedClient(SimEncoder encoder, Instant start, TimeSpan length)
    {
        _encoder = encoder;
        _start = start;
        _end = start + length;
    }

    public Instant Deadline => Ended == Reason.None ? Instant.Earlier(DueOf(_encoder.Next), _end) : Instant.Never;

    public Reason Ended { get; private set; }

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now) => ReceiveResult.NeedMore(bytes.Length);

    public void PeerFinished(Instant now) => End(Reason.PeerClosed);

    public bool Transmit(SendBatch batch, Instant now)
    {
        while (batch.Room > 0 && _backlog.TryPeek(out var first))
        {
            var bytes = Math.Min(batch.Room, first.Length - _sentOfFirst);
            batch.Write(first.AsSpan(_sentOfFirst, bytes));
            _sentOfFirst += bytes;
            _backlogBytes -= bytes;
            if (_sentOfFirst == first.Length)
            {
                _backlog.Dequeue();
                _sentOfFirst = 0;
            }
        }

        return _backlog.Count > 0;
    }

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
        while (DueOf(_encoder.Next) <= now && Ended == Reason.None)
        {
            _encoder.Make(_made);
            while (_made.TryDequeue(out var made))
            {
                Encode(made.Frame, made.Payload);
            }
        }

        if (_end <= now)
        {
            End(Reason.Completed);
        }
        else if (_backlogBytes > BacklogBytesMax)
        {
            End(Reason.LagBytesExceeded);
        }
    }

    public void Handle(in Command command, Instant now) => End(command.Reason);

    public void Close(Reason why, Instant now) => End(why);

    private void Encode(in SimFrame frame, byte[] payload)
    {
        var bytes = new byte[SimWireForm.HeaderBytes + payload.Length];
        SimWireForm.Instance.Encode(frame.Kind, frame.Flags, new MediaTime(frame.Milliseconds), payload, bytes);
        _backlog.Enqueue(bytes);
        _backlogBytes += bytes.Length;
    }

    private Instant DueOf(long milliseconds) => _start + TimeSpan.FromMilliseconds(milliseconds);

    private void End(Reason why)
    {
        if (Ended == Reason.None)
        {
            Ended = why;
        }
    }

    internal sealed class Factory(SimEncoder encoder, TimeSpan length) : ISessionFactory
    {
        public string Protocol => "feed-client";

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new FeedClient(encoder, now, length);
    }
}
