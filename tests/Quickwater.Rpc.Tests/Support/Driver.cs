using System.Net;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>
/// Runs one session by hand, as the engine would: input as it comes, turns until nothing moves, time as the test says. Disposing it closes
/// the session and demands that nothing leaked.
/// </summary>
internal sealed class Driver : IMailbox, IDisposable
{
    private readonly Queue<Command> _mail = new();
    private readonly List<byte> _input = [];
    private readonly List<byte> _output = [];
    private bool _closed;

    public Driver(Func<PooledBytes.Pool, ISessionFactory> make, string from = "127.0.0.1", MemoryBudget? memory = null, bool isCounted = true)
    {
        Leaks = new LeakCounters(memory);
        Buffers = new PooledBytes.Pool(Leaks);
        var here = new IPEndPoint(IPAddress.Loopback, 0);
        Factory = make(Buffers);
        var remote = new IPEndPoint(IPAddress.Parse(from), 0);
        Session = Factory.Create(new ConnectionInfo(1, Factory.Protocol, remote, here) { Tls = Tls, Memory = isCounted ? Leaks.Memory.Enter(remote.Address) : null }, this, Now);
    }

    public LeakCounters Leaks { get; }

    public PooledBytes.Pool Buffers { get; }

    /// <summary>What TLS knows of the peer.</summary>
    public TlsPeer Tls { get; } = new();

    public ISessionFactory Factory { get; }

    public ISession Session { get; }

    public Instant Now { get; private set; } = Instant.Zero;

    /// <summary>How often somebody asked for a turn.</summary>
    public int Wakes { get; private set; }

    /// <summary>Whether the session takes no input now.</summary>
    public bool Paused { get; private set; }

    /// <summary>Whether the peer reads what is sent to it.</summary>
    public bool Reads { get; set; } = true;

    /// <summary>Bytes of one batch.</summary>
    public int BatchBytes { get; set; } = 64 * 1024;

    /// <summary>Sends that were made.</summary>
    public int Sends { get; private set; }

    /// <summary>Bytes that came in but that the session has not taken.</summary>
    public int Untaken => _input.Count;

    public void Wake() => Wakes++;

    public bool Post(in Command command)
    {
        _mail.Enqueue(command);
        return true;
    }

    /// <summary>Bytes arrive, in one piece, and a turn runs.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        _input.AddRange(bytes);
        Turn();
    }

    /// <summary>The peer finishes its side.</summary>
    public void Finish()
    {
        Turn();
        Session.PeerFinished(Now);
        Turn();
    }

    /// <summary>Time passes, with a turn whenever the session wants one.</summary>
    public void Pass(TimeSpan time)
    {
        var end = Now + time;
        while (Session.Ended == Reason.None && Session.Deadline <= end)
        {
            Now = Session.Deadline > Now ? Session.Deadline : Now;
            Session.Tick(Now);
            Turn();
        }

        Now = end;
        Turn();
    }

    public void Tell(in Command command)
    {
        Post(command);
        Turn();
    }

    public void Turn()
    {
        while (_mail.TryDequeue(out var command))
        {
            Session.Handle(command, Now);
        }

        bool moved;
        do
        {
            moved = Receive() | Transmit();
        }
        while (moved);
    }

    /// <summary>What was sent and not looked at before.</summary>
    public byte[] Output()
    {
        byte[] bytes = [.. _output];
        _output.Clear();
        return bytes;
    }

    /// <summary>The whole frames that were sent; a rest would fail the test.</summary>
    public List<Frame> Frames()
    {
        var frames = Frame.Parse(Output(), out var rest);
        Assert.Equal(0, rest);
        return frames;
    }

    public void Close(Reason why = Reason.ConnectionReset)
    {
        if (!_closed)
        {
            _closed = true;
            Session.Close(why, Now);
        }
    }

    public void Dispose()
    {
        Close();
        Assert.True(Leaks.Read().IsZero, Leaks.Read().ToString());
    }

    private bool Receive()
    {
        if (Session.Ended != Reason.None || (_input.Count == 0 && !Paused))
        {
            return false;
        }

        var offered = _input.Count;
        var result = Session.Receive(_input.ToArray(), Now);
        Assert.InRange(result.Consumed, 0, offered);
        Paused = result.Status == ReceiveStatus.Paused;
        _input.RemoveRange(0, result.Status == ReceiveStatus.Done ? offered : result.Consumed);
        return result.Consumed > 0 && _input.Count > 0;
    }

    private bool Transmit()
    {
        if (!Reads)
        {
            return false;
        }

        var batch = new SendBatch();
        batch.Begin(BatchBytes);
        var more = Session.Transmit(batch, Now);
        Assert.False(more && batch.IsEmpty, "a session with more to send gives something");
        var bytes = new byte[batch.Bytes];
        batch.CopyTo(bytes);
        batch.Release();
        if (bytes.Length == 0)
        {
            return false;
        }

        Sends++;
        _output.AddRange(bytes);
        Session.Sent(bytes.Length, Now);
        return true;
    }
}
