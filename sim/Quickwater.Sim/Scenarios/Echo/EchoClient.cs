using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>The client's session of the echo scenario: sends numbered frames in bursts, and reads their echoes at its own pace.</summary>
internal sealed class EchoClient : ISession
{
    private readonly World _world;
    private readonly Rng _rng;
    private readonly double _slowness;
    private readonly double _asks;
    private int _allowed;
    private uint _sent;
    private Instant _burst;
    private Instant _readAgain = Instant.Zero;

    private EchoClient(World world, int frames, Instant now)
    {
        _world = world;
        _rng = world.Rng.Fork();
        Frames = frames;
        _slowness = _rng.Chance(0.3) ? _rng.Unit() * Math.Min(1, 200.0 / frames) : 0; // in all, under a minute of waiting
        _asks = _rng.Chance(0.5) ? _rng.Unit() * Math.Min(1, 300.0 / frames) : 0;
        _burst = now;
    }

    public Instant Deadline
    {
        get
        {
            var burst = _allowed < Frames ? _burst : Instant.Never;
            return _readAgain == Instant.Zero ? burst : Instant.Earlier(burst, _readAgain);
        }
    }

    public Reason Ended { get; private set; }

    /// <summary>Frames it wants to send.</summary>
    internal int Frames { get; }

    /// <summary>Echoes it received, all in order.</summary>
    internal uint Received { get; private set; }

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        if (_readAgain > now)
        {
            return ReceiveResult.Paused(0);
        }

        _readAgain = Instant.Zero;
        var consumed = 0;
        while (bytes.Length - consumed >= EchoFrame.Size)
        {
            _world.Require(EchoFrame.TryRead(bytes[consumed..], out var frame), "an echo is a frame");
            _world.Require(frame.Number == Received, $"echoes come in order, exactly once: {Received} and not {frame.Number}");
            _world.Require(frame.Number < _sent, "an echo answers something that was sent");
            consumed += EchoFrame.Size;
            Received++;
            if (_rng.Chance(_slowness))
            {
                _readAgain = now + _rng.UpTo(TimeSpan.FromMilliseconds(300));
                return ReceiveResult.Paused(consumed);
            }
        }

        if (Received == Frames)
        {
            End(Reason.Completed);
        }

        return ReceiveResult.NeedMore(consumed);
    }

    public void PeerFinished(Instant now) => End(Reason.PeerClosed);

    public bool Transmit(SendBatch batch, Instant now)
    {
        while (_sent < _allowed && batch.Room >= EchoFrame.Size)
        {
            var kind = _rng.Chance(_asks) ? EchoKind.Ask : EchoKind.Plain;
            new EchoFrame(kind, _sent++).Write(batch.Reserve(EchoFrame.Size));
            batch.Commit(EchoFrame.Size);
        }

        return _sent < _allowed;
    }

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
        if (_burst <= now && _allowed < Frames)
        {
            _allowed = Math.Min(Frames, _allowed + (_rng.Chance(0.1) ? _rng.Between(1, 20_000) : _rng.Between(1, 50)));
            _burst = now + _rng.UpTo(TimeSpan.FromMilliseconds(500));
        }

        if (_readAgain <= now)
        {
            _readAgain = Instant.Zero;
        }
    }

    public void Handle(in Command command, Instant now) => End(command.Reason);

    public void Close(Reason why, Instant now) => End(why);

    private void End(Reason why)
    {
        if (Ended == Reason.None)
        {
            Ended = why;
        }
    }

    internal sealed class Factory(World world, int frames) : ISessionFactory
    {
        public string Protocol => "echo-client";

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new EchoClient(world, frames, now);
    }
}
