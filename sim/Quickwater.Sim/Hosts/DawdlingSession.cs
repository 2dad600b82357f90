using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>A session that reads slowly, and sometimes not at all for a while. What it reads, and all the rest, is another session's.</summary>
internal sealed class DawdlingSession : ISession
{
    private readonly ISession _session;
    private readonly Rng _rng;
    private readonly int _bytesPerSecond;
    private readonly double _stalls;
    private Instant _readAgain = Instant.Never;

    private DawdlingSession(ISession session, Rng rng, int bytesPerSecond, double stalls)
    {
        _session = session;
        _rng = rng;
        _bytesPerSecond = bytesPerSecond;
        _stalls = stalls;
    }

    public Instant Deadline => Instant.Earlier(_readAgain, _session.Deadline);

    public Reason Ended => _session.Ended;

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        if (_readAgain != Instant.Never && _readAgain > now)
        {
            return ReceiveResult.Paused(0);
        }

        _readAgain = Instant.Never;
        var result = _session.Receive(bytes, now);
        var wait = TimeSpan.FromSeconds(result.Consumed / (double)_bytesPerSecond);
        wait += _rng.Chance(_stalls) ? _rng.UpTo(TimeSpan.FromSeconds(20)) : TimeSpan.Zero;
        if (result.Status != ReceiveStatus.NeedMore || wait < TimeSpan.FromMilliseconds(1))
        {
            return result;
        }

        _readAgain = now + wait;
        return ReceiveResult.Paused(result.Consumed);
    }

    public void PeerFinished(Instant now) => _session.PeerFinished(now);

    public bool Transmit(SendBatch batch, Instant now) => _session.Transmit(batch, now);

    public void Sent(long bytes, Instant now) => _session.Sent(bytes, now);

    public void Tick(Instant now)
    {
        _readAgain = _readAgain <= now ? Instant.Never : _readAgain;
        if (_session.Deadline <= now)
        {
            _session.Tick(now);
        }
    }

    public void Handle(in Command command, Instant now) => _session.Handle(command, now);

    public void Close(Reason why, Instant now) => _session.Close(why, now);

    /// <summary>Makes another factory's sessions dawdle.</summary>
    internal sealed class Factory(ISessionFactory factory, Rng rng, int bytesPerSecond, double stalls) : ISessionFactory
    {
        public string Protocol => factory.Protocol;

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) =>
            new DawdlingSession(factory.Create(info, mailbox, now), rng, bytesPerSecond, stalls);
    }
}
