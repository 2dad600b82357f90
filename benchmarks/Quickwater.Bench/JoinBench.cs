using System.Net;
using System.Net.Sockets;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Net;
using Quickwater.Rtmp;

namespace Quickwater.Bench;

/// <summary>
/// How long a late joiner waits on loopback: an RTMP server with a live stream of 2 Mb/s and a key every 2 s, and players that come one
/// after the other, at any point of the group of pictures. The floor is a bare TCP connect to the same server.
/// </summary>
internal static class JoinBench
{
    private const int Joins = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task RunAsync()
    {
        using var loops = EpollLoops.IsSupported ? new EpollLoops(Environment.ProcessorCount) : null;
        using var engine = EngineServer.CreateEngine();
        var hub = new Hub(engine, new HubLimits(), new Quiet());
        var rtmp = new RtmpServer(hub, new RtmpServerOptions(), new AllowAll(), new SystemEntropy());
        var options = new TcpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        if (!TcpServer.TryStart(options, new EngineServer(engine, rtmp), engine.Leaks, TimeProvider.System, out var server, out var why, loops))
        {
            throw new InvalidOperationException($"The server does not start: {why.Text()}.");
        }

        await using (server)
        {
            var url = $"rtmp://127.0.0.1:{server.Local.Port}/live/join";
            await OpenAsync(engine, url, client => RtmpClient.Publisher(client, hub.Buffers, new SystemEntropy(), new Camera(hub.Frames, hub.Buffers)));
            await FirstPictureAsync(engine, hub, url); // waits for the stream, and warms up
            await MeasureAsync(engine, hub, url, server.Local);
            engine.Abort(Reason.ForcedStop);
        }
    }

    private static async Task MeasureAsync(Engine engine, Hub hub, string url, IPEndPoint local)
    {
        var connect = new Samples();
        var confirmed = new Samples();
        var media = new Samples();
        var picture = new Samples();
        for (var i = 0; i < Joins; i++)
        {
            var start = engine.Clock.Now;
            using (var bare = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
            {
                await bare.ConnectAsync(local);
            }

            connect.Add((engine.Clock.Now - start).TotalMilliseconds);
            start = engine.Clock.Now;
            var sink = await FirstPictureAsync(engine, hub, url);
            confirmed.Add((sink.Confirmed - start).TotalMilliseconds);
            media.Add((sink.FirstMedia - start).TotalMilliseconds);
            picture.Add((sink.FirstPicture - start).TotalMilliseconds);
        }

        Console.WriteLine($"A late joiner by RTMP on loopback, {Joins} joins one after the other: milliseconds since it began to connect, median (least to most)");
        foreach (var (what, samples) in new[]
        {
            ("bare TCP connect (floor)", connect), ("play confirmed", confirmed), ("first media", media), ("first key frame, whole", picture),
        })
        {
            Console.WriteLine($"{what,-28} {samples.Median,7:0.00} ({samples.Least:0.00}-{samples.Most:0.00})");
        }
    }

    private static async Task<JoinSink> FirstPictureAsync(Engine engine, Hub hub, string url)
    {
        var sink = new JoinSink(engine.Clock);
        var connection = await OpenAsync(engine, url, client => RtmpClient.Player(client, hub.Buffers, new SystemEntropy(), sink));
        await sink.Picture.WaitAsync(Patience);
        connection.Abort(Reason.Completed);
        return sink;
    }

    private static async Task<Connection> OpenAsync(Engine engine, string url, Func<RtmpClientOptions, RtmpClient> make)
    {
        if (!RtmpClientOptions.TryParse(url, out var host, out var port, out var options) || options is null)
        {
            throw new InvalidOperationException($"{url} is not an RTMP address.");
        }

        var dialed = await new TcpDialer(engine.Leaks, TimeProvider.System).DialAsync(host, port, Patience);
        return engine.Open(
            dialed.Transport ?? throw new InvalidOperationException($"{url} cannot be reached: {dialed.Reason.Text()}."), make(options));
    }

    private sealed class AllowAll : IAccessPolicy
    {
        public AccessDecision Decide(in AccessRequest request, IMailbox mailbox, uint correlation) => AccessDecision.Allow;
    }

    private sealed class Quiet : IHubObserver
    {
        public void Started(Topic topic, ConnectionInfo publisher)
        {
        }

        public void Stopped(Topic topic, ConnectionInfo publisher, Reason why)
        {
        }

        public void Joined(Subscription viewer)
        {
        }

        public void Left(Subscription viewer)
        {
        }

        public void TimestampGap(Topic topic, TimeSpan gap)
        {
        }
    }
}
