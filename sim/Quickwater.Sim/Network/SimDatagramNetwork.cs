using System.Net;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// Where datagrams go in a world: sockets by the address that others see, paths between addresses, translators of addresses that forget (NAT). It loses, holds up,
/// reorders, copies and changes datagrams as <see cref="Weather"/> says, all drawn from the world's seed.
/// </summary>
public sealed class SimDatagramNetwork
{
    private readonly World _world;
    private readonly Rng _rng;
    private readonly Dictionary<DatagramAddress, List<SimDatagramSocket>> _bound = [];
    private readonly Dictionary<(DatagramAddress From, DatagramAddress To), SimDatagramPath> _paths = [];
    private readonly List<SimDatagramSocket> _sockets = [];
    private int _ports = 20_000;

    internal SimDatagramNetwork(World world, Rng rng)
    {
        _world = world;
        _rng = rng;
    }

    /// <summary>What may go wrong now.</summary>
    public DatagramFaults Weather { get; set; } = DatagramFaults.None;

    /// <summary>What became of all datagrams.</summary>
    public SimDatagramLedger Ledger { get; } = new();

    /// <summary>Whether nothing is lost, changed or forgotten any more.</summary>
    public bool IsHealed { get; private set; }

    /// <summary>Datagrams that wait in sockets for their users.</summary>
    public long Waiting => _sockets.Sum(static socket => socket.Waiting);

    /// <summary>Makes a socket of its own address.</summary>
    /// <param name="name">Names it in the trace.</param>
    /// <param name="behindNat">Whether others see another address than its own, which may change: see <see cref="SimDatagramSocket.Rebind"/>.</param>
    public SimDatagramSocket Bind(string name, bool behindNat = false)
    {
        var local = NewAddress(behindNat ? "10.0.0.1" : "127.0.0.1");
        return Add(new SimDatagramSocket(_world, this, _rng.Fork(), name, local, behindNat ? NewAddress("198.51.100.1") : local));
    }

    /// <summary>Makes a socket that shares another's address. Which of them a datagram reaches depends on its sender's address.</summary>
    public SimDatagramSocket Share(string name, SimDatagramSocket with) =>
        Add(new SimDatagramSocket(_world, this, _rng.Fork(), name, with.Local, with.Seen));

    /// <summary>Ends all faults: from now on everything gets through.</summary>
    internal void Heal()
    {
        Weather = Weather.Healed();
        IsHealed = true;
        foreach (var (_, path) in _paths)
        {
            path.Heal();
        }

        foreach (var socket in _sockets)
        {
            socket.Heal();
        }
    }

    internal void Carry(in DatagramAddress from, in DatagramAddress to, ReadOnlySpan<byte> bytes)
    {
        Ledger.Sent++;
        if (!_paths.TryGetValue((from, to), out var path))
        {
            _paths[(from, to)] = path = new SimDatagramPath(_world, this, _rng.Fork(), from, to);
        }

        path.Carry(bytes.ToArray());
    }

    internal void Arrived(in DatagramAddress from, in DatagramAddress to, byte[] bytes)
    {
        if (!_bound.TryGetValue(to, out var sockets))
        {
            Lose(DatagramLoss.Unbound);
            Refuse(from, to);
            return;
        }

        sockets[from.Port % sockets.Count].Take(from, bytes);
    }

    internal void Lose(DatagramLoss cause)
    {
        Ledger.Lose(cause);
        _world.Note("lose", cause.ToString());
        _world.Marks.Hit($"datagram-{cause}");
    }

    internal DatagramAddress NewAddress(string host) => DatagramAddress.Of(new IPEndPoint(IPAddress.Parse(host), _ports++));

    internal void Listen(SimDatagramSocket socket)
    {
        if (!_bound.TryGetValue(socket.Seen, out var sockets))
        {
            _bound[socket.Seen] = sockets = [];
        }

        sockets.Add(socket);
    }

    internal void Unlisten(SimDatagramSocket socket)
    {
        if (_bound.TryGetValue(socket.Seen, out var sockets) && sockets.Remove(socket) && sockets.Count == 0)
        {
            _bound.Remove(socket.Seen);
        }
    }

    private SimDatagramSocket Add(SimDatagramSocket socket)
    {
        _sockets.Add(socket);
        Listen(socket);
        return socket;
    }

    // The host answers that nobody listens; that answer may be lost as well.
    private void Refuse(in DatagramAddress from, in DatagramAddress to)
    {
        if (_bound.TryGetValue(from, out var senders) && _rng.Chance(0.5))
        {
            var (sender, peer) = (senders[0], to);
            _world.Time.After(_rng.UpTo(Weather.Delay.Most), () => sender.HearOf(peer, Reason.ConnectionRefused));
        }
    }
}
