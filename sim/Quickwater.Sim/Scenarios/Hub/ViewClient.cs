using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>A viewer of the hub scenario: checks that it can use every frame it gets, and reads at its own pace.</summary>
internal sealed class ViewClient : ISession
{
    private readonly World _world;
    private readonly Rng _rng;
    private readonly SimFrameReader _reader = new();
    private readonly FrameJudge _judge;
    private readonly uint _number;
    private readonly int _bytesPerSecond;
    private readonly double _stalls;
    private readonly Instant _leaves;
    private Instant _readAgain = Instant.Never;

    private ViewClient(World world, uint number, FrameJudge judge, Instant now)
    {
        _world = world;
        _rng = world.Rng.Fork();
        _number = number;
        _judge = judge;
        _bytesPerSecond = _rng.Chance(0.3) ? _rng.Between(2000, 200_000) : int.MaxValue;
        _stalls = _rng.Chance(0.3) ? 0.01 : 0;
        _leaves = _rng.Chance(0.3) ? now + _rng.UpTo(TimeSpan.FromSeconds(40)) : Instant.Never;
    }

    public Instant Deadline => Instant.Earlier(_readAgain, Ended == Reason.None ? _leaves : Instant.Never);

    public Reason Ended { get; private set; }

    internal FrameJudge Judge => _judge;

    /// <summary>Bytes of frames that came.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Whether what came ends with a whole frame.</summary>
    internal bool AtBoundary => _reader.AtBoundary;

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        if (_readAgain > now && _readAgain != Instant.Never)
        {
            return ReceiveResult.Paused(0);
        }

        _readAgain = Instant.Never;
        var length = bytes.Length;
        Bytes += length;
        while (!bytes.IsEmpty)
        {
            if (_reader.Read(ref bytes, out var frame, out var damaged))
            {
                _world.Require(_reader.Viewer == _number, $"viewer {_number} gets its own number, not {_reader.Viewer}");
                _judge.Take(frame);
            }

            _world.Require(!damaged, $"viewer {_number} gets whole frames");
        }

        var wait = TimeSpan.FromSeconds(length / (double)_bytesPerSecond);
        if (_rng.Chance(_stalls))
        {
            wait += _rng.UpTo(TimeSpan.FromSeconds(20));
        }

        if (wait <= TimeSpan.FromMilliseconds(1))
        {
            return ReceiveResult.NeedMore(length);
        }

        _readAgain = now + wait;
        return ReceiveResult.Paused(length);
    }

    public void PeerFinished(Instant now) => End(Reason.PeerClosed);

    public bool Transmit(SendBatch batch, Instant now) => false;

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
        if (_readAgain <= now)
        {
            _readAgain = Instant.Never;
        }

        if (_leaves <= now)
        {
            End(Reason.Completed);
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

    internal sealed class Factory(World world, uint number, FrameJudge judge) : ISessionFactory
    {
        public string Protocol => "view-client";

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new ViewClient(world, number, judge, now);
    }
}
