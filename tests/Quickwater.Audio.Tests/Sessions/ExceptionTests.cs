using System.Runtime.ExceptionServices;
using Quickwater.Core;
using Quickwater.Sim;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

/// <summary>What is expected to fail, fails by a value: nothing throws on the way, not even something that is caught again.</summary>
public sealed class ExceptionTests
{
    [Fact]
    [Requirement("AUD-1.2")]
    public void Nothing_that_a_peer_a_source_or_a_limit_does_throws_an_exception()
    {
        var thrown = new List<Exception>();
        var thread = Environment.CurrentManagedThreadId; // a simulated world runs on the thread of its test
        AppDomain.CurrentDomain.FirstChanceException += Note;
        try
        {
            Misbehave();
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Note;
        }

        Assert.Empty(thrown);

        void Note(object? sender, FirstChanceExceptionEventArgs args)
        {
            if (Environment.CurrentManagedThreadId == thread)
            {
                thrown.Add(args.Exception);
            }
        }
    }

    private static void Misbehave()
    {
        var reasons = new HashSet<Reason>();
        var limits = new ConnectionLimits { HandshakeTimeout = TimeSpan.FromSeconds(2), IdleTimeout = TimeSpan.FromSeconds(20), DurationMax = TimeSpan.FromSeconds(30) };
        using (var studio = new AudioStudio(limits: limits, clientsMax: 40, faults: Faults.Swarm(9), seed: 9))
        {
            var rng = new Rng(4);
            var hello = AudioMessageWriter.ToArray(new Hello("speech", "x"));
            var peers = new List<RawPeer>();
            for (var i = 0; i < 100; i++)
            {
                var noise = new byte[rng.Between(1, 2000)];
                rng.Fill(noise);
                byte[] bytes = rng.Below(6) switch
                {
                    0 => noise,
                    1 => hello[..rng.Between(1, hello.Length - 1)],
                    2 => [.. hello, .. noise],
                    3 => [.. hello, 10, 0xFF, 0xFF, 0xFF],
                    4 => AudioMessageWriter.ToArray(new Hello("nowhere", "x")),
                    _ => AudioMessageWriter.ToArray(new Hello("speech", "x", Major: 9)),
                };
                peers.Add(studio.Raw(bytes, (RawManners)rng.Below(4)));
            }

            for (var i = 0; i < 60; i++)
            {
                studio.Listen(); // more than there may be
            }

            studio.Run(60);
            reasons.UnionWith(peers.Select(static peer => peer.Served?.Ended ?? Reason.None));
        }

        Reason[] expected = [Reason.WrongProtocol, Reason.HandshakeTimeout, Reason.MessageTooLarge, Reason.StreamNotFound, Reason.UnsupportedVersion, Reason.TooManyConnections];
        Assert.Superset(expected.ToHashSet(), reasons);
    }
}
