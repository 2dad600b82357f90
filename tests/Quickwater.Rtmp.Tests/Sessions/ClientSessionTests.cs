using Quickwater.Core;

namespace Quickwater.Rtmp.Tests;

/// <summary>A playing client session against a server of bytes: what foreign servers do and ours does not.</summary>
public sealed class ClientSessionTests : IDisposable
{
    private readonly World _world = new();
    private readonly FullableSink _sink = new();
    private readonly RtmpClientSession _session;
    private Instant _now = Instant.Zero;

    public ClientSessionTests()
    {
        _session = new RtmpClientSession(
            new RtmpClientOptions { Application = "live", Stream = "cam", TcUrl = "rtmp://localhost/live", EndWithStream = false },
            _world.Pool, new SeededEntropy(2), null, _sink, Instant.Zero);
        _session.Receive([3, .. new byte[2 * 1536]], Instant.Zero);
        Command(0, amf => { amf.WriteString("_result"u8); amf.WriteNumber(1); amf.WriteNull(); return amf; });
        Command(0, amf => { amf.WriteString("_result"u8); amf.WriteNumber(4); amf.WriteNull(); amf.WriteNumber(1); return amf; });
    }

    private delegate Amf0Writer Fill(Amf0Writer amf);

    public void Dispose()
    {
        _session.Close(Reason.Cancelled, _now);
        _world.Dispose();
    }

    [Fact]
    public void The_parts_of_an_aggregate_are_media_with_their_own_times()
    {
        Status("NetStream.Play.Start");
        byte[] Part(byte type, uint time, byte[] body) =>
            [type, 0, 0, (byte)body.Length, (byte)(time >> 16), (byte)(time >> 8), (byte)time, 0, 0, 0, 0, .. body, 0, 0, 0, (byte)(11 + body.Length)];
        Message(RtmpMessageType.Aggregate, 100, [.. Part(9, 7000, [0x17, 1, 0, 0, 0]), .. Part(8, 7020, [0xAF, 1, 5])]);

        Assert.Equal([(RtmpMessageType.Video, 100u, 5), (RtmpMessageType.Audio, 120u, 3)], _sink.Media.Select(m => (m.Type, m.Time, m.Bytes)));
        Message(RtmpMessageType.Aggregate, 200, [9, 0, 0, 99]);
        Assert.Equal(Reason.MalformedMessage, _session.Ended);
    }

    [Fact]
    public void The_end_of_the_stream_is_told_once_by_whatever_the_server_says()
    {
        Status("NetStream.Play.Start");
        Control([0, 1, 0, 0, 0, 9]); // of another stream
        Assert.Equal(0, _sink.Ends);
        Control([0, 1, 0, 0, 0, 1]);
        Status("NetStream.Play.UnpublishNotify");
        Assert.Equal(1, _sink.Ends);
        Message(RtmpMessageType.Video, 0, [0x17, 1]);
        Control([0, 1, 0, 0, 0, 1]);
        Assert.Equal(2, _sink.Ends);
        Assert.Equal(Reason.None, _session.Ended);
    }

    [Fact]
    public void A_server_that_falls_silent_is_left_but_not_while_there_is_no_stream_or_no_room()
    {
        Status("NetStream.Play.Start");
        Assert.Equal(TimeSpan.FromSeconds(30), _session.Deadline - _now);
        Tick(29);
        Message(RtmpMessageType.Video, 0, [0x17, 1]);
        Control([0, 1, 0, 0, 0, 1]);
        Assert.Equal(Instant.Never, _session.Deadline);
        Tick(3600);
        Message(RtmpMessageType.Video, 0, [0x17, 1]);
        _sink.IsFull = true;
        Tick(31);
        Assert.Equal(Reason.None, _session.Ended);
        _sink.IsFull = false;
        Tick(29);
        Assert.Equal(Reason.None, _session.Ended);
        Tick(2);
        Assert.Equal(Reason.IdleTimeout, _session.Ended);
    }

    [Fact]
    public void A_sink_that_is_full_stops_the_reading_until_it_has_room()
    {
        Status("NetStream.Play.Start");
        _sink.IsFull = true;
        byte[] message = [.. Chunks.Start().Full(6, 0, 2, RtmpMessageType.Video, 1).Bytes, 0x17, 1];
        Assert.Equal(ReceiveResult.Paused(0), _session.Receive(message, _now));
        _sink.IsFull = false;
        Assert.Equal(ReceiveResult.NeedMore(message.Length), _session.Receive(message, _now));
        Assert.Single(_sink.Media);
    }

    [Fact]
    public void A_redirect_is_told_with_the_servers_words()
    {
        Command(0, amf =>
        {
            amf.WriteString("_error"u8);
            amf.WriteNumber(1);
            amf.WriteNull();
            amf.BeginObject();
            amf.WriteKey("code"u8);
            amf.WriteString("NetConnection.Connect.Rejected");
            amf.WriteKey("description"u8);
            amf.WriteString("elsewhere");
            amf.WriteKey("ex"u8);
            amf.BeginObject();
            amf.WriteKey("code"u8);
            amf.WriteNumber(302);
            amf.WriteKey("redirect"u8);
            amf.WriteString("rtmp://other/live");
            amf.EndObject();
            amf.EndObject();
            return amf;
        });

        Assert.Equal(Reason.RefusedByPeer, _session.Ended);
        Assert.Equal(new RtmpStatus("NetConnection.Connect.Rejected", "elsewhere", "rtmp://other/live"), _session.PeerStatus);
    }

    private void Tick(int seconds)
    {
        _now += TimeSpan.FromSeconds(seconds);
        _session.Tick(_now);
    }

    private void Status(string code) => Command(1, amf =>
    {
        amf.WriteString("onStatus"u8);
        amf.WriteNumber(0);
        amf.WriteNull();
        amf.BeginObject();
        amf.WriteKey("level"u8);
        amf.WriteString("status");
        amf.WriteKey("code"u8);
        amf.WriteString(code);
        amf.EndObject();
        return amf;
    });

    private void Command(uint stream, Fill fill)
    {
        var body = new byte[512];
        Message(RtmpMessageType.CommandAmf0, 0, fill(new Amf0Writer(body)).Written.ToArray(), stream);
    }

    private void Control(byte[] body) => Message(RtmpMessageType.UserControl, 0, body, 0);

    private void Message(RtmpMessageType type, uint time, byte[] body, uint stream = 1)
    {
        // Chunks of 128 bytes, the size that both sides start with.
        var bytes = new List<byte>(Chunks.Start().Full(6, time, body.Length, type, stream).Bytes);
        for (var at = 0; at < body.Length; at += 128)
        {
            bytes.AddRange(at > 0 ? Chunks.Start().Same(6).Bytes : []);
            bytes.AddRange(body[at..Math.Min(body.Length, at + 128)]);
        }

        _session.Receive([.. bytes], _now);
    }

    private sealed class FullableSink : IMediaSink
    {
        public List<(RtmpMessageType Type, uint Time, int Bytes)> Media { get; } = [];

        public int Ends { get; private set; }

        public bool IsFull { get; set; }

        public void Started(Instant now)
        {
        }

        public void StreamEnded(Instant now) => Ends++;

        void IMediaSink.Media(RtmpMessageType type, uint timestamp, PooledBytes payload, Instant now)
        {
            Media.Add((type, timestamp, payload.Length));
            payload.Release();
        }
    }
}
