using System.Net;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio.Tests;

public sealed class AllocationTests : IMailbox
{
    [Fact]
    public void In_the_steady_state_a_chunk_and_its_delivery_allocate_nothing()
    {
        using var studio = new AudioStudio(started: false);
        using var engine = new Engine(new EngineOptions(), studio.World.Scheduler, studio.World.Time, studio.Server);
        var options = new AudioServerOptions();
        var station = new StationOptions { Name = "speech" };
        var hub = new Hub(engine, options.ToHubLimits([station]), studio);
        var played = new Station(hub, station, new MemorySource(Pattern.Speech, Pattern.Bytes(0, 96_000), "loop", loops: true));
        var audio = new AudioServer(hub, new StationRegister([played]), options);
        var nowhere = new IPEndPoint(IPAddress.Loopback, 1);
        var now = Instant.Zero;
        ISessionFactory[] listeners =
        [
            audio, audio, new WavListener(audio, "speech", "", wantsTitles: false, TimeSpan.Zero), new WavListener(audio, "speech", "", wantsTitles: true, TimeSpan.Zero),
        ];
        ((ITicked)played).Tick(now); // so that it is on the air
        ISession[] sessions = [.. listeners.Select(one => one.Create(new ConnectionInfo(1, one.Protocol, nowhere, nowhere), this, now))];
        foreach (var session in sessions)
        {
            session.Receive(AudioMessageWriter.ToArray(new Hello("speech", "test")), now);
        }

        var delivery = new Delivery(played, sessions, now);
        delivery.Steps(3000);
        Assert.Equal(0, LeastAllocated(delivery, sessions.Length));
        foreach (var session in sessions)
        {
            session.Close(Reason.Disposed, delivery.Now);
        }

        ((ITicked)played).Stop(Reason.Disposed, delivery.Now);
        Assert.True(engine.Leaks.Read().IsZero, engine.Leaks.Read().ToString());
        studio.Stations.Start();
    }

    // The array pool gives memory up when a test beside this one has garbage collected, and one segment is made anew then. What allocates for each chunk does so
    // in every round.
    private static long LeastAllocated(Delivery delivery, int listeners)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var (before, sent) = (GC.GetAllocatedBytesForCurrentThread(), delivery.Sent);
            delivery.Steps(1000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(delivery.Sent - sent > listeners * 999 * 1920);
        }

        return least;
    }

    void IMailbox.Wake()
    {
    }

    bool IMailbox.Post(in Command command) => false;

    /// <summary>A station's chunks of 20 ms, each taken by every listener as it comes.</summary>
    private sealed class Delivery(ITicked station, ISession[] listeners, Instant start)
    {
        private readonly SendBatch _batch = new();
        private readonly byte[] _ping = AudioMessageWriter.ToArray(new Ping(1, 2));

        public Instant Now { get; private set; } = start;

        public long Sent { get; private set; }

        public void Steps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Now += TimeSpan.FromMilliseconds(20);
                station.Tick(Now);
                foreach (var listener in listeners)
                {
                    listener.Receive(_ping, Now);
                    _batch.Begin(65_536);
                    listener.Transmit(_batch, Now);
                    Sent += _batch.Bytes;
                    _batch.Release();
                    listener.Sent(0, Now);
                }
            }
        }
    }
}
