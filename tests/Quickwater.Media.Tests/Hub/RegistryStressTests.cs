using System.Collections.Concurrent;
using Quickwater.Core;
using Quickwater.Core.Tests;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>The register of streams on real threads: many publishers and viewers, few names.</summary>
[Requirement("RTMP-4.8", "RTMP-4.13")]
public sealed class RegistryStressTests
{
    private const int Names = 5;
    private const int Rounds = 3000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    [Requirement("RTMP-4.8/events")]
    public async Task Who_is_registered_under_a_name_is_always_told_and_never_twice()
    {
        var ledger = new Ledger();
        using var bench = new Bench();
        var hub = new Hub(bench.Engine, new HubLimits { PublishersMax = Names, TopicsMax = Names }, ledger);
        var wrong = await Task.WhenAll(Enumerable.Range(0, 6).Select(index => Task.Run(() => Live(hub, ledger, (ulong)index)))).WaitAsync(Patience);

        Assert.Equal(0, wrong.Sum());
        Assert.Empty(hub.Topics);
        Assert.Equal(0, hub.PublisherCount);
        Assert.True(bench.Engine.Leaks.Read().IsZero, $"{bench.Engine.Leaks.Read()}");
        ledger.MustBeBalanced();
    }

    // Takes names, looks whether the register says so, and lets go of them. The answer is how often it did not.
    private static int Live(Hub hub, Ledger ledger, ulong index)
    {
        var rng = new Rng(index + 1);
        var wrong = 0;
        for (var round = 0u; round < Rounds; round++)
        {
            var name = $"live/{rng.Below(Names)}";
            var who = Stage.Info((index * Rounds) + round + 1);
            var mailbox = new Deaf();
            if (rng.Chance(0.5))
            {
                if (hub.Publish(name, who, mailbox, out var publication) == Reason.None && publication is not null)
                {
                    wrong += hub.TryFind(name, out var topic) && topic.Publisher == who ? 0 : 1;
                    ledger.Holds(name);
                    publication.End(Reason.Completed);
                    publication.End(Reason.Completed);
                }
            }
            else if (hub.Subscribe(name, Stage.Form, new SubscribeOptions(), mailbox, hub.Engine.Clock.Now, out var place) == Reason.None
                && place is not null)
            {
                wrong += hub.TryFind(name, out var topic) && topic.Viewers.Contains(place) ? 0 : 1;
                place.Dispose();
                place.Dispose();
                wrong += topic?.Viewers.Contains(place) == true ? 1 : 0;
            }
        }

        return wrong;
    }

    private sealed class Deaf : IMailbox
    {
        public void Wake()
        {
        }

        public bool Post(in Command command) => true;
    }

    // Every beginning has one end, whoever else comes and goes.
    private sealed class Ledger : IHubObserver
    {
        private readonly ConcurrentDictionary<ulong, int> _publishers = new();
        private readonly ConcurrentDictionary<Subscription, int> _viewers = new();
        private int _held;

        public void Started(Topic topic, ConnectionInfo publisher) => _publishers.AddOrUpdate(publisher.Id, 1, static (_, n) => n + 1000);

        public void Stopped(Topic topic, ConnectionInfo publisher, Reason why) => _publishers.AddOrUpdate(publisher.Id, 1000, static (_, n) => n + 1);

        public void Joined(Subscription viewer) => _viewers.AddOrUpdate(viewer, 1, static (_, n) => n + 1000);

        public void Left(Subscription viewer) => _viewers.AddOrUpdate(viewer, 1000, static (_, n) => n + 1);

        public void TimestampGap(Topic topic, TimeSpan gap)
        {
        }

        internal void Holds(string name) => Interlocked.Increment(ref _held);

        internal void MustBeBalanced()
        {
            Assert.Equal(_held, _publishers.Count);
            Assert.NotEmpty(_viewers);
            Assert.All(_publishers.Values, static told => Assert.Equal(2, told)); // a beginning, then an end
            Assert.All(_viewers.Values, static told => Assert.Equal(2, told));
        }
    }
}
