using System.Buffers;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// A peer that is not one of ours: it drives its end of a link by hand, without an engine, so that it can do what our own clients never
/// do. It sends what it is given and then behaves as its manners are.
/// </summary>
public sealed class RawPeer : ITransportEvents
{
    private readonly World _world;
    private readonly Rng _rng;
    private readonly SimTransport _transport;
    private readonly byte[] _output;
    private readonly byte[] _buffer = new byte[2048];
    private readonly SendBatch _batch = new();
    private readonly ArrayBufferWriter<byte> _received = new();
    private int _sent;

    /// <summary>Connects to a server and starts.</summary>
    public RawPeer(World world, SimHost server, ISessionFactory served, byte[] output, RawManners manners)
    {
        _world = world;
        _rng = world.Rng.Fork();
        _output = output;
        Manners = manners;
        var (near, far) = world.Network.Connect($"raw-{world.Network.Links + 1}");
        _transport = near;
        near.Bind(this);
        Served = null;
        world.Time.After(world.Rng.UpTo(world.Weather.LatencyMax), () => Served = server.Open(far, served));
        world.Time.After(TimeSpan.Zero, Send);
        if (manners == RawManners.NeverRead)
        {
            world.Time.After(_rng.UpTo(TimeSpan.FromSeconds(90)), Leave);
        }
        else
        {
            world.Time.After(TimeSpan.Zero, Receive);
        }
    }

    /// <summary>How it behaves.</summary>
    public RawManners Manners { get; }

    /// <summary>The server's side, once it has accepted.</summary>
    public Endpoint? Served { get; private set; }

    /// <summary>Its end of the link.</summary>
    public SimTransport Transport => _transport;

    /// <summary>What it received.</summary>
    public ReadOnlyMemory<byte> Received => _received.WrittenMemory;

    /// <summary>Whether it received the end of the server's output.</summary>
    public bool Finished { get; private set; }

    /// <inheritdoc/>
    public void ReceiveCompleted(IoResult result)
    {
        if (Took(result))
        {
            Receive();
        }
    }

    /// <inheritdoc/>
    public void Faulted(Exception fault) => throw new InvalidOperationException("The simulated network threw.", fault);

    /// <inheritdoc/>
    public void SendCompleted(IoResult result)
    {
        _batch.Release();
        if (result.Status == IoStatus.Completed)
        {
            _world.Time.After(_rng.UpTo(TimeSpan.FromMilliseconds(50)), Send);
        }
        else
        {
            _transport.Close();
        }
    }

    /// <summary>Closes its end, rudely if bytes wait to be read.</summary>
    public void Leave() => _transport.Close();

    private void Send()
    {
        if (_transport.Closed || _transport.Sending)
        {
            return;
        }

        if (_sent == _output.Length)
        {
            Done();
            return;
        }

        var bytes = _rng.Between(1, Math.Min(_output.Length - _sent, 4000));
        _batch.Begin(65_536);
        _batch.Write(_output.AsSpan(_sent, bytes));
        _sent += bytes;
        var result = _transport.Send(_batch);
        if (result.Status != IoStatus.Pending)
        {
            SendCompleted(result);
        }
    }

    private void Done()
    {
        switch (Manners)
        {
            case RawManners.HalfClose:
                _transport.FinishSending();
                break;
            case RawManners.CloseSoon:
                _world.Time.After(_rng.UpTo(TimeSpan.FromSeconds(3)), Leave);
                break;
            default:
                break;
        }
    }

    private void Receive()
    {
        while (!_transport.Closed)
        {
            var result = _transport.Receive(_buffer.AsMemory(0, _rng.Between(1, _buffer.Length)));
            if (result.Status == IoStatus.Pending || !Took(result))
            {
                return;
            }
        }
    }

    private bool Took(IoResult result)
    {
        if (result.Status == IoStatus.Completed)
        {
            _received.Write(_buffer.AsSpan(0, result.Bytes));
            return true;
        }

        Finished = result.Status == IoStatus.EndOfStream;
        _transport.Close();
        return false;
    }
}
