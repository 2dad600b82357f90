using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// A client of the scenario: sends numbered datagrams of all sizes, some of them odd, and judges what comes back. It sends nothing twice, so what is lost is lost.
/// </summary>
internal sealed class AskPort(World world, DatagramPort port, uint number, DatagramAddress server, Rng rng) : IDatagramSession, IHasOutput
{
    private const int BytesMax = 1400;
    private const int OversizeBytes = 3000; // more than a port takes

    private readonly HashSet<uint> _echoed = [];
    private DatagramPeer? _peer;
    private byte _shard = EchoDatagram.AnyShard;
    private uint _next;
    private int _due;
    private TimeSpan _interval = TimeSpan.FromMilliseconds(20);

    public Instant Deadline { get; private set; } = Instant.Zero;

    public Reason Ended { get; private set; }

    public bool HasOutput => _due > 0;

    /// <summary>Whether it sends odd datagrams as well.</summary>
    internal bool IsOdd { get; set; } = true;

    /// <summary>The sequence of the next datagram.</summary>
    internal uint Next => _next;

    /// <summary>Different datagrams that came back.</summary>
    internal int Echoed => _echoed.Count;

    /// <summary>Datagrams that came back once more.</summary>
    internal long Again { get; private set; }

    /// <summary>Whether every datagram from that sequence on came back.</summary>
    internal bool HasAllFrom(uint first)
    {
        for (var sequence = first; sequence < _next; sequence++)
        {
            if (!_echoed.Contains(sequence))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Sends no more.</summary>
    internal void Stop() => Deadline = Instant.Never;

    public void Receive(in DatagramAddress from, ReadOnlySpan<byte> bytes, Instant now)
    {
        if (!EchoDatagram.TryRead(bytes, out var datagram))
        {
            return; // changed on the way
        }

        world.Require(datagram.Client == number && datagram.Sequence < _next, $"client {number} gets back what it sent: {datagram}");
        _shard = datagram.Shard;
        if (!_echoed.Add(datagram.Sequence))
        {
            Again++;
        }
    }

    public bool Transmit(DatagramBatch batch, Instant now)
    {
        for (; _due > 0 && !batch.IsFull && batch.Room >= OversizeBytes; _due--)
        {
            var kind = IsOdd ? rng.Below(40) : -1;
            var length = kind switch
            {
                0 => 0,
                1 => OversizeBytes,
                _ => rng.Chance(0.7) ? 60 : rng.Between(EchoDatagram.HeaderBytes, BytesMax),
            };
            var to = kind switch { 2 => server.WithPort(0), 3 => server.WithPort(9), _ => server };
            if (length >= EchoDatagram.HeaderBytes)
            {
                var sequence = kind == 4 ? EchoDatagram.Throw : _next++;
                new EchoDatagram(_shard, number, sequence).Write(batch.Reserve(length));
            }
            else
            {
                batch.Reserve(length);
            }

            batch.Commit(to, length);
        }

        return _due > 0 && !batch.IsEmpty;
    }

    public void Failed(in DatagramAddress peer, Reason why, Instant now)
    {
        world.Require(peer.Port != 0 || why == Reason.AddressNotAvailable, $"nothing can be sent to port 0: {why}");
        world.Marks.Hit($"failed-{why}");
    }

    public void Tick(Instant now)
    {
        if (_peer is null && !port.TryOpen(server, now, out _peer, out var why))
        {
            world.Fail($"a client opens its one peer: {why}");
        }

        var burst = rng.Chance(0.1) ? rng.Between(2, 200) : 1;
        _due += burst;
        Deadline = now + (_interval * burst);
    }

    public void Handle(DatagramPeer? peer, in Command command, Instant now) => Ended = Ended == Reason.None ? command.Reason : Ended;

    public void Faulted(in DatagramAddress peer, Instant now)
    {
    }

    public void Close(Reason why, Instant now) => Ended = Ended == Reason.None ? why : Ended;

    internal sealed class Factory(World world, uint number, DatagramAddress server, Rng rng) : IDatagramSessionFactory
    {
        public string Protocol => "ask-datagrams";

        public IDatagramSession Create(DatagramPort port, Instant now) => new AskPort(world, port, number, server, rng);
    }
}
