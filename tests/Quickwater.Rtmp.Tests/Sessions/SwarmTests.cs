using Quickwater.Core;
using Quickwater.Sim;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>
/// Publishers, viewers and broken peers on networks of all kinds. The world checks the contracts of sessions and transports as they play, and
/// in the end that nothing is left.
/// </summary>
public sealed class SwarmTests : StudioTests
{
    private static readonly Tag[] _demo = Tag.Demo();

    [Fact]
    [Requirement("RTMP-1.5", "RTMP-2.7", "RTMP-5.4")]
    public void On_any_network_viewers_get_what_was_published_and_nothing_else()
    {
        var known = _demo.Select(static tag => (tag.Type, Convert.ToHexString(tag.Body))).ToHashSet();
        var whole = 0;
        for (var seed = 1ul; seed <= 25; seed++)
        {
            var studio = Open(() => new Studio(faults: Faults.Swarm(seed), seed: seed, engine: new EngineOptions { BatchBytesMax = 4096 }));
            var rng = studio.World.Rng;
            var sinks = new List<ListSink>();
            for (var i = rng.Between(1, 3); i > 0; i--)
            {
                Later(studio, 10, () => Dial(studio, Publisher(studio)));
            }

            for (var i = rng.Below(6); i > 0; i--)
            {
                var sink = new ListSink();
                sinks.Add(sink);
                Later(studio, 10, () => Dial(studio, RtmpClient.Player(_options, Buffers(studio), new SeededEntropy(3), sink)));
            }

            for (var i = rng.Below(8); i > 0; i--)
            {
                Later(studio, 10, () => _ = new RawPeer(
                    studio.World, studio.Server, studio.Rtmp, Broken(rng), (RawManners)rng.Below(4)));
            }

            studio.Run(15);
            studio.World.Heal();
            studio.Run(20);
            studio.Server.Drain(TimeSpan.FromSeconds(30));
            studio.Run(60);

            Assert.DoesNotContain("LocalFault", studio.Closed);
            foreach (var tag in sinks.SelectMany(static sink => sink.Tags))
            {
                Assert.True(known.Contains((tag.Type, Convert.ToHexString(tag.Body))), $"seed {seed}: {tag}");
            }

            whole += sinks.Count(static sink => sink.Tags.Count >= _demo.Length);
        }

        Assert.True(whole > 5, $"only {whole} viewers got all of it: the networks are too bad to show anything");
    }

    private static readonly RtmpClientOptions _options = new() { Application = "live", Stream = "cam", TcUrl = "rtmp://localhost/live" };

    private static void Later(Studio studio, int seconds, Action action) =>
        studio.World.Time.After(studio.World.Rng.UpTo(TimeSpan.FromSeconds(seconds)), action);

    private static void Dial(Studio studio, RtmpClient client) => studio.World.Dial(studio.Clients, client, studio.Server, studio.Rtmp);

    private static PooledBytes.Pool Buffers(Studio studio) => new(studio.Clients.Engine.Leaks);

    private static RtmpClient Publisher(Studio studio) => RtmpClient.Publisher(
        _options, Buffers(studio), new SeededEntropy(2), new ListSource(studio.Clients.Engine.Leaks, _demo));

    // A session that was right until a few bytes behind its handshake were changed, or its end was lost. It publishes elsewhere.
    private static byte[] Broken(Rng rng)
    {
        var bytes = new List<byte>([3, .. new byte[2 * 1536]]);
        bytes.AddRange(Command("connect", 0, AmfValue.Object(new AmfMember("app", AmfValue.Of("live")))));
        bytes.AddRange(Command("createStream", 0, AmfValue.Null));
        bytes.AddRange(Command("createStream", 0, AmfValue.Null));
        bytes.AddRange(Command("publish", 1, AmfValue.Null, AmfValue.Of("other")));
        bytes.AddRange(Command("play", 2, AmfValue.Null, AmfValue.Of("cam")));
        foreach (var tag in _demo.Take(60))
        {
            bytes.AddRange(Message(tag.Type, tag.Time, 1, tag.Body));
        }

        for (var i = rng.Below(4); i > 0; i--)
        {
            bytes[rng.Between(2 * 1536, bytes.Count - 1)] = (byte)rng.Below(256);
        }

        return [.. bytes.Take(rng.Chance(0.3) ? rng.Between(1, bytes.Count) : bytes.Count)];
    }

    private static byte[] Command(string name, uint stream, params AmfValue[] values) =>
        Message(RtmpMessageType.CommandAmf0, 0, stream, RawClient.Amf([AmfValue.Of(name), AmfValue.Of(1), .. values]));

    private static byte[] Message(RtmpMessageType type, uint time, uint stream, byte[] body)
    {
        var bytes = new byte[ChunkEncoder.Measure(body.Length, RtmpLimits.InitialChunkSize, ChunkEncoder.IsExtended(time))];
        ChunkEncoder.Encode(bytes, 5, type, time, stream, body, RtmpLimits.InitialChunkSize);
        return bytes;
    }
}
