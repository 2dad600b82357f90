using System.Buffers;
using Quickwater.Core;

namespace Quickwater.Bench;

/// <summary>The echo of <see cref="EchoFrames"/> as a session of the engine: takes requests in, has answers pulled out.</summary>
internal sealed class EchoSession : ISession
{
    private const int PendingMax = 64 * 1024;

    private byte[]? _pending;
    private int _length;
    private bool _peerFinished;

    public Instant Deadline => Instant.Never;

    public Reason Ended { get; private set; }

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        var at = 0;
        while (EchoFrames.TryRead(bytes[at..], out var frame))
        {
            if (frame < 0)
            {
                Ended = Reason.MalformedHeader;
                return ReceiveResult.Done(at);
            }

            if (_length + frame > PendingMax)
            {
                return ReceiveResult.Paused(at);
            }

            _pending ??= ArrayPool<byte>.Shared.Rent(PendingMax);
            bytes.Slice(at, frame).CopyTo(_pending.AsSpan(_length));
            _length += frame;
            at += frame;
        }

        return ReceiveResult.NeedMore(at);
    }

    public void PeerFinished(Instant now) => _peerFinished = true;

    public bool Transmit(SendBatch batch, Instant now)
    {
        if (_pending is not null)
        {
            batch.Write(_pending.AsSpan(0, _length));
            Drop();
        }
        else if (_peerFinished && Ended == Reason.None)
        {
            Ended = Reason.PeerClosed;
        }

        return false;
    }

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
    }

    public void Handle(in Command command, Instant now) => Ended = Ended == Reason.None ? command.Reason : Ended;

    public void Close(Reason why, Instant now)
    {
        Ended = Ended == Reason.None ? why : Ended;
        Drop();
    }

    private void Drop()
    {
        _length = 0;
        if (_pending is not null)
        {
            ArrayPool<byte>.Shared.Return(_pending);
            _pending = null;
        }
    }

    /// <summary>Makes <see cref="EchoSession"/>s.</summary>
    internal sealed class Factory : ISessionFactory
    {
        public string Protocol => "echo";

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new EchoSession();
    }
}
