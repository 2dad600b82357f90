using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>Whatever a session, a transport or the observer throws, and wherever: it ends one connection, and never gets out of the thread that ran it.</summary>
[Requirement("MED-9.8")]
public sealed class FaultBarrierTests : IDisposable
{
    private readonly Bench _bench = new();

    public static TheoryData<string> Calls =>
        [.. typeof(ISession).GetMethods().Select(static method => method.Name).Where(static name => name is not nameof(ISession.Warm))];

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_session_that_throws_in_any_call_ends_alone(string call)
    {
        var transport = new ScriptTransport(_bench.Engine.Leaks);
        var thrower = _bench.Engine.Open(transport, new Thrower(call));
        var (neighbour, _, otherTransport) = _bench.Open();
        transport.Deliver(1, 2, 3);
        transport.EndInput();
        thrower.Post(Command.Drain);
        _bench.Advance(2); // for the tick
        thrower.Abort(Reason.Kicked); // for the close, if nothing ended it before
        _bench.Advance(1);

        Assert.Equal(1, transport.CloseCalls);
        Assert.Contains(_bench.Faults, static fault => fault.Message == "planted");
        Assert.Equal(Reason.None, neighbour.Ended);
        neighbour.Abort(Reason.Kicked);
        _bench.Advance(1);
        transport.CompleteReceiveIfWaiting();
        otherTransport.CompleteReceiveIfWaiting();
        _bench.Scheduler.RunAll();
        Assert.Equal(0, _bench.Engine.OpenCount);
        Assert.True(_bench.Engine.Leaks.Read().IsZero, _bench.Engine.Leaks.Read().ToString());
    }

    [Fact]
    public void A_connection_ends_even_if_its_observer_throws()
    {
        var (connection, session, transport) = _bench.Open();
        _bench.Throws = true;
        session.OnHandle = static _ => throw new InvalidOperationException("planted");
        connection.Post(Command.Drain);
        _bench.Advance(1);
        transport.CompleteReceiveIfWaiting();
        Assert.Equal((0, 1, 1), (_bench.Engine.OpenCount, _bench.EmptiedCount, transport.CloseCalls));
        Assert.Equal([Reason.LocalFault], _bench.Closes);
        Assert.Equal(1, session.CountOf("close LocalFault"));
    }

    [Fact]
    public void When_one_of_many_woken_together_throws_the_others_still_have_their_turns()
    {
        var transport = new ScriptTransport(_bench.Engine.Leaks);
        var thrower = _bench.Engine.Open(transport, new Thrower(nameof(ISession.Warm)));
        var others = Enumerable.Range(0, 3).Select(_ => _bench.Open()).ToArray();
        foreach (var (_, session, _) in others)
        {
            session.Say(7);
        }

        _bench.Engine.WakeAll([thrower, .. others.Select(static other => other.Connection)], _bench.Engine.Clock.Now, TimeSpan.Zero);
        _bench.Scheduler.RunAll();
        Assert.All(others, static other => Assert.Equal([7], other.Transport.Sent));
        Assert.Equal(Reason.LocalFault, thrower.Ended);
        Assert.Single(_bench.Faults);
    }

    [Fact]
    public void A_fault_of_the_thread_that_serves_a_connection_ends_that_connection()
    {
        var (connection, session, transport) = _bench.Open();
        connection.Faulted(new InvalidOperationException("planted"));
        _bench.Scheduler.RunAll();
        transport.CompleteReceiveIfWaiting();
        Assert.Equal((Reason.LocalFault, Reason.LocalFault), (connection.Ended, session.Ended));
        Assert.Single(_bench.Faults);
    }

    private sealed class Thrower(string call) : ISessionFactory, ISession
    {
        private Reason _ended;
        private bool _said;
        private Instant _due = Instant.Zero + TimeSpan.FromSeconds(1);

        public string Protocol => "thrower";

        public Instant Deadline => Throws("get_Deadline", _due);

        public Reason Ended => Throws("get_Ended", _ended);

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => this;

        public long Warm() => Throws(nameof(Warm), 0L);

        public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now) => Throws(nameof(Receive), ReceiveResult.NeedMore(bytes.Length));

        public void PeerFinished(Instant now) => Throws(nameof(PeerFinished), 0);

        public bool Transmit(SendBatch batch, Instant now)
        {
            if (!_said)
            {
                _said = true;
                batch.Write([1]);
            }

            return Throws(nameof(Transmit), false);
        }

        public void Sent(long bytes, Instant now) => Throws(nameof(Sent), 0);

        public void Tick(Instant now)
        {
            _due = Instant.Never;
            Throws(nameof(Tick), 0);
        }

        public void Handle(in Command command, Instant now) => Throws(nameof(Handle), 0);

        public void Close(Reason why, Instant now)
        {
            _ended = _ended == Reason.None ? why : _ended;
            Throws(nameof(Close), 0);
        }

        private T Throws<T>(string here, T otherwise) => here == call ? throw new InvalidOperationException("planted") : otherwise;
    }
}
