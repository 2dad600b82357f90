using Quickwater.Core;

namespace Quickwater.Net.Tests;

/// <summary>
/// Gives every datagram back. A datagram whose first byte is <see cref="Labelled"/> says in its second which shard it belongs to; what came to another is passed on.
/// One whose first byte is <see cref="Thrown"/> makes it throw. Peers are told apart by address. Once it has as many as it may, new ones get no answer.
/// </summary>
internal sealed class UdpEcho(DatagramPort port) : IDatagramSession
{
    internal const byte Labelled = 0x80;
    internal const byte Thrown = 0x7F;
    internal const byte Dropped = 0x7E; // taken, and not answered

    private const int SlotBytes = 1500;
    private const int Slots = 1024;

    private readonly Dictionary<DatagramAddress, DatagramPeer> _peers = [];
    private readonly byte[] _bytes = new byte[Slots * SlotBytes];
    private readonly (DatagramAddress To, int Length)[] _answers = new (DatagramAddress To, int Length)[Slots];
    private int _first;
    private int _count;
    private int _refused;
    private int _labelled;

    public Instant Deadline => Instant.Never;

    public Reason Ended { get; private set; }

    internal int Refused => Volatile.Read(ref _refused);

    /// <summary>Datagrams that came with the right label and straight, not from another shard.</summary>
    internal int TakenByLabel => Volatile.Read(ref _labelled);

    public void Receive(in DatagramAddress from, ReadOnlySpan<byte> bytes, Instant now)
    {
        if (bytes.Length > 1 && bytes[0] == Labelled)
        {
            _labelled++;
            if (bytes[1] != port.Options.Shard)
            {
                port.Pass(bytes[1], from, bytes);
                return;
            }
        }

        if (!_peers.TryGetValue(from, out var peer))
        {
            if (!port.TryOpen(from, now, out peer, out _))
            {
                _refused++;
                return;
            }

            _peers[from] = peer;
        }

        peer.CountReceived(bytes.Length);
        if (bytes.Length > 0 && bytes[0] == Thrown)
        {
            ThrowAsMeant();
        }

        if (_count == Slots || (bytes.Length > 0 && bytes[0] == Dropped))
        {
            return;
        }

        var slot = (_first + _count++) % Slots;
        bytes.CopyTo(_bytes.AsSpan(slot * SlotBytes));
        _answers[slot] = (from, bytes.Length);
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

    public void Handle(DatagramPeer? peer, in Command command, Instant now)
    {
        if (peer is null)
        {
            Ended = Ended == Reason.None ? command.Reason : Ended;
        }
        else
        {
            Forget(peer, command.Reason);
        }
    }

    public void Faulted(in DatagramAddress peer, Instant now)
    {
        if (_peers.TryGetValue(peer, out var one))
        {
            Forget(one, Reason.LocalFault);
        }
    }

    public void Close(Reason why, Instant now)
    {
        Ended = Ended == Reason.None ? why : Ended;
        _peers.Clear();
    }

    // Not inlined, so that the stack shows whose fault it was.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void ThrowAsMeant() => throw new InvalidOperationException("planted");

    private void Forget(DatagramPeer peer, Reason why)
    {
        _peers.Remove(peer.Address);
        port.Close(peer, why);
    }

    internal sealed class Factory : IDatagramSessionFactory
    {
        public string Protocol => "udp-echo";

        public IDatagramSession Create(DatagramPort port, Instant now) => new UdpEcho(port);
    }
}
