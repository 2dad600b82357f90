using Quickwater.Core;
using Xunit;

namespace Quickwater.Sim.Tests;

/// <summary>A session with a fault of its own takes its connection with it, and nothing else.</summary>
public sealed class FaultySessionTests
{
    [Fact]
    public void A_session_that_throws_while_it_writes_a_batch_gives_back_what_the_batch_holds()
    {
        using var world = new World(1, Faults.None);
        var host = world.AddHost("server");
        host.MayFault = true;
        var (near, far) = world.Network.Connect("link");
        var session = new Thrower();
        host.Open(far, session);
        world.Run(TimeSpan.FromSeconds(1));
        near.Close();
        world.RunUntilClosed();

        Assert.Equal(1, host.Closed[Reason.LocalFault]);
        Assert.Equal(0, session.References);
    }

    private sealed class Thrower : ISession, ISessionFactory, ISharedBytes
    {
        internal int References { get; private set; }

        public string Protocol => "thrower";

        public Instant Deadline => Instant.Never;

        public Reason Ended { get; private set; }

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => this;

        public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now) => ReceiveResult.NeedMore(bytes.Length);

        public void PeerFinished(Instant now)
        {
        }

        public bool Transmit(SendBatch batch, Instant now)
        {
            batch.Reference(new byte[100], this);
            throw new InvalidOperationException("on purpose");
        }

        public void Sent(long bytes, Instant now)
        {
        }

        public void Tick(Instant now)
        {
        }

        public void Handle(in Command command, Instant now)
        {
        }

        public void Close(Reason why, Instant now) => Ended = why;

        public void Retain() => References++;

        public void Release() => References--;
    }
}
