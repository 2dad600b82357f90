using Quickwater.Core;

namespace Quickwater.Bench;

/// <summary>Gives datagrams back, and knows its peers: the least that any protocol does.</summary>
internal sealed class DatagramEcho(DatagramPort port) : IDatagramSession
{
    private const int SlotBytes = 64;
    private const int Slots = 1024;

    private readonly Dictionary<DatagramAddress, DatagramPeer> _peers = [];
    private readonly byte[] _bytes = new byte[Slots * SlotBytes];
    private readonly (DatagramAddress To, int Length)[] _answers = new (DatagramAddress To, int Length)[Slots];
    private int _first;
    private int _count;

    public Instant Deadline => Instant.Never;

    public Reason Ended { get; private set; }

    public void Receive(in DatagramAddress from, ReadOnlySpan<byte> bytes, Instant now)
    {
        if (!_peers.TryGetValue(from, out var peer))
        {
            if (!port.TryOpen(from, now, out peer, out _))
            {
                return;
            }

            _peers[from] = peer;
        }

        if (_count == Slots || bytes.Length > SlotBytes)
        {
            return;
        }

        peer.CountReceived(bytes.Length);
        var slot = (_first + _count++) % Slots;
        bytes.CopyTo(_bytes.AsSpan(slot * SlotBytes));
        _answers[slot] = (from, bytes.Length);
        peer.CountSent(bytes.Length);
    }

    public bool Transmit(DatagramBatch batch, Instant now)
    {
        for (; _count > 0; _first = (_first + 1) % Slots, _count--)
        {
            if (!batch.TryWrite(_answers[_first].To, _bytes.AsSpan(_first * SlotBytes, _answers[_first].Length)))
            {
                return true;
            }
        }

        return false;
    }

    public void Failed(in DatagramAddress peer, Reason why, Instant now)
    {
    }

    public void Tick(Instant now)
    {
    }

    public void Handle(DatagramPeer? peer, in Command command, Instant now) => Ended = Ended == Reason.None ? command.Reason : Ended;

    public void Faulted(in DatagramAddress peer, Instant now)
    {
    }

    public void Close(Reason why, Instant now) => Ended = Ended == Reason.None ? why : Ended;

    /// <summary>Makes <see cref="DatagramEcho"/>s.</summary>
    internal sealed class Factory : IDatagramSessionFactory
    {
        public string Protocol => "echo";

        public IDatagramSession Create(DatagramPort port, Instant now) => new DatagramEcho(port);
    }
}
