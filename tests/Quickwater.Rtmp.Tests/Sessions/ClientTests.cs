using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Sim;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class ClientTests : StudioTests
{
    private static readonly Tag[] _demo = Tag.Demo();

    [Theory]
    [Requirement("RTMP-4.1", "RTMP-4.2", "RTMP-4.3", "RTMP-5.2")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void What_is_published_comes_back_byte_for_byte(int seed)
    {
        var faults = seed == 0 ? Faults.None : Faults.Swarm((ulong)seed) with { Vanish = 0, Stall = 0, LateTurn = 0, LateCompletion = 0 };
        var studio = Open(() => new Studio(faults: faults));
        ListSink[] sinks = [new(), new()];
        RtmpClient[] players = [.. sinks.Select(sink => Player(studio, sink))];
        var publisher = Publisher(studio, _demo);
        foreach (var client in (RtmpClient[])[.. players, publisher])
        {
            studio.World.Dial(studio.Clients, client, studio.Server, studio.Rtmp, reliable: true);
            studio.Run(1);
        }

        studio.Run((_demo[^1].Time / 1000.0) + 20);
        Assert.Equal(Reason.Completed, publisher.Session?.Ended);
        Assert.All(players, player => Assert.Equal(Reason.StreamEnded, player.Session?.Ended));
        Assert.All(sinks, sink => Assert.Equal(_demo.Select(t => t.ToString()), sink.Tags.Select(t => t.ToString())));
        Assert.All(sinks, sink => Assert.Equal((1, 1), (sink.Starts, sink.Ends)));
        Assert.Equal(["+live/cam", "-live/cam Completed"], studio.Log);
    }

    [Fact]
    public void Frames_larger_than_a_batch_are_cut_and_whole_again()
    {
        var studio = Open();
        var sink = new ListSink();
        Tag[] tags =
        [
            new(RtmpMessageType.Video, 0, Samples.AvcConfig), new(RtmpMessageType.Video, 0, Samples.Key(2_000_000)),
            new(RtmpMessageType.Audio, 10, Samples.Aac()), new(RtmpMessageType.Video, 40, Samples.Inter(100_000)),
        ];
        Dial(studio, Player(studio, sink));
        Dial(studio, Publisher(studio, tags));
        studio.Run(5);

        Assert.Equal(tags.Select(t => t.ToString()), sink.Tags.Select(t => t.ToString()));
    }

    [Fact]
    public void A_refused_client_knows_what_the_server_said()
    {
        var studio = Open();
        studio.Access = static _ => AccessDecision.Deny(Reason.KeyRequired);
        var publisher = Dial(studio, Publisher(studio, _demo));
        var player = Dial(studio, Player(studio, new ListSink()));
        var wrong = Dial(studio, RtmpClient.Player(Options("a<b", "cam"), new PooledBytes.Pool(studio.Clients.Engine.Leaks), new SeededEntropy(2), new ListSink()));
        studio.Settle();

        Assert.All([publisher, player, wrong], client => Assert.Equal(Reason.RefusedByPeer, client.Session?.Ended));
        Assert.Equal("NetStream.Publish.Denied", publisher.Session?.PeerStatus.Code);
        Assert.Equal("NetStream.Play.Failed", player.Session?.PeerStatus.Code);
        Assert.Equal("NetConnection.Connect.Rejected", wrong.Session?.PeerStatus.Code);
    }

    [Fact]
    public void A_server_that_says_nothing_is_given_up()
    {
        var studio = Open();
        var silent = new FlvViewer(studio.Hub, "live/x", "http-flv", new FlvViewerOptions { WaitForStream = TimeSpan.FromHours(1) });
        var publisher = Publisher(studio, _demo);
        studio.World.Dial(studio.Clients, publisher, studio.Server, silent);
        studio.Run(9.9);
        Assert.Equal(Reason.None, publisher.Session?.Ended);
        studio.Run(0.2);

        Assert.Equal(Reason.HandshakeTimeout, publisher.Session?.Ended);
    }

    [Fact]
    public void A_player_may_wait_for_one_publisher_after_the_other()
    {
        var studio = Open(() => new Studio(new RtmpServerOptions { WaitForStream = TimeSpan.FromHours(1) }));
        var sink = new ListSink();
        var player = Dial(studio, Player(studio, sink, endWithStream: false));
        for (var i = 1; i <= 2; i++)
        {
            studio.Run(100);
            Dial(studio, Publisher(studio, [new(RtmpMessageType.Video, 0, Samples.AvcConfig), new(RtmpMessageType.Video, 0, Samples.Key())]));
            studio.Settle();
            Assert.Equal((i, i, 2 * i), (sink.Starts, sink.Ends, sink.Tags.Count));
        }

        Assert.Equal(Reason.None, player.Session?.Ended);
    }

    [Fact]
    public void A_client_that_is_told_to_end_takes_its_leave()
    {
        var studio = Open();
        var publisher = Dial(studio, Publisher(studio, _demo));
        studio.Run(1);
        studio.Clients.Drain(TimeSpan.FromSeconds(1));
        studio.Settle();

        Assert.Equal(Reason.Drained, publisher.Session?.Ended);
        Assert.Equal(["+live/cam", "-live/cam Completed"], studio.Log);
        Assert.Equal(["PeerClosed"], studio.Closed);
    }

    [Fact]
    public void A_client_hears_why_the_server_ends_it()
    {
        var studio = Open();
        var publisher = Dial(studio, Publisher(studio, _demo));
        var player = Dial(studio, Player(studio, new ListSink(), endWithStream: false));
        studio.Run(1);
        studio.Server.Endpoints[1].Connection?.Post(Command.Kick(Reason.Kicked));
        studio.Settle();
        Assert.Equal(Reason.RefusedByPeer, player.Session?.Ended);
        Assert.Contains(Reason.Kicked.Text(), player.Session?.PeerStatus.Description);
        studio.Server.Drain(TimeSpan.FromSeconds(5));
        studio.Settle();

        Assert.Equal(Reason.PeerClosed, publisher.Session?.Ended);
    }

    [Fact]
    public void Questions_of_a_server_that_reads_no_answers_are_not_read_without_end()
    {
        using var world = new World();
        var session = Direct(world);
        byte[] ping = [2, 0, 0, 0, 0, 0, 6, 4, 0, 0, 0, 0, 0, 6, 0, 0, 0, 9];
        byte[] pings = [.. Enumerable.Repeat(ping, 20_000).SelectMany(p => p)];
        var result = session.Receive(pings, Instant.Zero);

        Assert.Equal(ReceiveStatus.Paused, result.Status);
        Assert.InRange(result.Consumed, 1, pings.Length / 2);
        Assert.Equal(result, session.Receive(pings, Instant.Zero) with { Consumed = result.Consumed });
        session.Close(Reason.Cancelled, Instant.Zero);
    }

    [Theory]
    [InlineData(new byte[] { 0xC3, 0 }, Reason.MalformedHeader)]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 1, 20, 0, 0, 0, 0, 2 }, Reason.MalformedAmf)]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0 }, Reason.ChunkSizeOutOfRange)]
    public void A_server_that_breaks_the_protocol_is_left(byte[] bytes, Reason why)
    {
        using var world = new World();
        var session = Direct(world);

        Assert.Equal(ReceiveStatus.Done, session.Receive(bytes, Instant.Zero).Status);
        Assert.Equal(why, session.Ended);
        session.Close(Reason.Cancelled, Instant.Zero);
    }

    [Fact]
    public void Texts_that_no_command_can_hold_are_refused_where_they_are_given()
    {
        using var world = new World();
        Assert.Throws<ArgumentException>(
            () => RtmpClient.Player(Options("live", new string('a', 2049)), world.Pool, new SeededEntropy(2), new ListSink()));
        var longest = RtmpClient.Player(Options("live", new string('a', 2048)), world.Pool, new SeededEntropy(2), new ListSink());
        Assert.Null(longest.Session);
    }

    // A session behind the handshake, driven by hand.
    private static RtmpClientSession Direct(World world)
    {
        var session = new RtmpClientSession(Options("live", "cam"), world.Pool, new SeededEntropy(2), null, new ListSink(), Instant.Zero);
        session.Receive([3, .. new byte[2 * 1536]], Instant.Zero);
        Assert.Equal(Reason.None, session.Ended);
        return session;
    }

    private static RtmpClient Dial(Studio studio, RtmpClient client)
    {
        studio.World.Dial(studio.Clients, client, studio.Server, studio.Rtmp);
        studio.Settle();
        return client;
    }

    private static RtmpClient Publisher(Studio studio, IReadOnlyList<Tag> tags) => RtmpClient.Publisher(
        Options("live", "cam"), new PooledBytes.Pool(studio.Clients.Engine.Leaks), new SeededEntropy(2),
        new ListSource(studio.Clients.Engine.Leaks, tags));

    private static RtmpClient Player(Studio studio, ListSink sink, bool endWithStream = true) => RtmpClient.Player(
        Options("live", "cam") with { EndWithStream = endWithStream }, new PooledBytes.Pool(studio.Clients.Engine.Leaks),
        new SeededEntropy(2), sink);

    private static RtmpClientOptions Options(string application, string stream) =>
        new() { Application = application, Stream = stream, TcUrl = $"rtmp://localhost/{application}" };
}
