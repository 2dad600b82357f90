using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Sim;
using SimWorld = Quickwater.Sim.World;

namespace Quickwater.Rtmp.Tests;

/// <summary>
/// A client made of the wire codecs and driven by hand, so that it can send any bytes at any time, and stop reading. It keeps all that it
/// hears.
/// </summary>
internal sealed class RawClient : ITransportEvents, IDisposable
{
    private const int PieceBytes = 32 * 1024;

    private readonly SimWorld _world;
    private readonly SimTransport _transport;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly SendBatch _batch = new();
    private readonly Queue<byte[]> _output = new();
    private readonly LeakCounters _leaks = new();
    private readonly ChunkReader _reader;
    private readonly List<byte> _input = [];
    private readonly bool _chunks;
    private int _chunkSize = RtmpLimits.InitialChunkSize;
    private bool _reads = true;
    private bool _finishes;

    public RawClient(SimWorld world, SimHost server, ISessionFactory served)
    {
        _world = world;
        _chunks = served.Protocol == "rtmp";
        _reader = new ChunkReader(RtmpLimits.Default, new PooledBytes.Pool(_leaks));
        var (near, far) = world.Network.Connect($"raw-{world.Network.Links + 1}");
        _transport = near;
        near.Bind(this);
        Served = server.Open(far, served);
        Receive();
    }

    /// <summary>The server's side.</summary>
    public Endpoint Served { get; }

    public RtmpServerSession Session => (RtmpServerSession)Served.Session;

    public string State => ((IMediaSession)Served.Session).State;

    /// <summary>S0, S1 and S2, as far as they came; all bytes when it is no RTMP.</summary>
    public byte[] Packets { get; private set; } = [];

    /// <summary>Everything behind the handshake.</summary>
    public List<Heard> Messages { get; } = [];

    public IEnumerable<Heard> Media => Messages.Where(static m => m.IsMedia && m.Name != "|RtmpSampleAccess");

    public IReadOnlyList<string> Codes => [.. Messages.Select(static m => m.Code).Where(static code => code.Length > 0)];

    /// <summary>Whether the server finished its side, or the link is broken.</summary>
    public bool Finished { get; private set; }

    /// <summary>Whether it reads what the server sends.</summary>
    public bool Reads
    {
        get => _reads;
        set
        {
            _reads = value;
            Receive();
        }
    }

    public Heard Answer(double transaction) =>
        Messages.Single(m => m.Name is "_result" or "_error" && m.Transaction == transaction);

    public Heard Status(string code) => Messages.Last(m => m.Code == code);

    public void Send(params byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; at += PieceBytes)
        {
            _output.Enqueue(bytes[at..Math.Min(bytes.Length, at + PieceBytes)]);
        }

        Pump();
    }

    public void Handshake()
    {
        var packets = new byte[1 + 1536 + 1536];
        packets[0] = 3;
        new SeededEntropy(3).Fill(packets.AsSpan(9, 1528));
        Send(packets); // C2 does not echo: many real clients' do not
    }

    public void Connect(string application, string? tcUrl = null) =>
        Message(RtmpMessageType.CommandAmf0, 0, 0, Amf(
            AmfValue.Of("connect"), AmfValue.Of(1),
            AmfValue.Object(
                new AmfMember("app", AmfValue.Of(application)),
                new AmfMember("tcUrl", AmfValue.Of(tcUrl ?? $"rtmp://localhost/{application}")))));

    public void Command(string name, double transaction, uint stream, params AmfValue[] arguments) =>
        Message(RtmpMessageType.CommandAmf0, 0, stream, Amf([AmfValue.Of(name), AmfValue.Of(transaction), AmfValue.Null, .. arguments]));

    public void Publish(string name, uint stream = 1) => Command("publish", 0, stream, AmfValue.Of(name), AmfValue.Of("live"));

    public void Play(string name, uint stream = 1) => Command("play", 0, stream, AmfValue.Of(name));

    public void Video(uint time, byte[] body, uint stream = 1) => Message(RtmpMessageType.Video, time, stream, body);

    public void Audio(uint time, byte[] body, uint stream = 1) => Message(RtmpMessageType.Audio, time, stream, body);

    public void Data(uint time, byte[] body, uint stream = 1) => Message(RtmpMessageType.DataAmf0, time, stream, body);

    /// <summary>Metadata, both configurations, a key frame, audio and an inter frame: what a real encoder starts with.</summary>
    public void Start(uint time = 0)
    {
        Data(time, Samples.Metadata);
        Video(time, Samples.AvcConfig);
        Audio(time, Samples.AacConfig);
        Gop(time);
    }

    public void Gop(uint time)
    {
        Video(time, Samples.Key());
        Audio(time + 10, Samples.Aac());
        Video(time + 40, Samples.Inter());
    }

    public void SetChunkSize(int size)
    {
        Message(RtmpMessageType.SetChunkSize, 0, 0, [(byte)(size >> 24), (byte)(size >> 16), (byte)(size >> 8), (byte)size]);
        _chunkSize = size;
    }

    public void Message(RtmpMessageType type, uint time, uint stream, byte[] body) => Send(Encode(type, time, stream, body));

    public byte[] Encode(RtmpMessageType type, uint time, uint stream, byte[] body)
    {
        var bytes = new byte[ChunkEncoder.Measure(body.Length, _chunkSize, ChunkEncoder.IsExtended(time))];
        ChunkEncoder.Encode(bytes, 7, type, time, stream, body, _chunkSize);
        return bytes;
    }

    public static byte[] Amf(params AmfValue[] values)
    {
        var bytes = new byte[200_000];
        var writer = new Amf0Writer(bytes);
        foreach (var value in values)
        {
            writer.Write(value);
        }

        Assert.False(writer.Overflowed);
        return writer.Written.ToArray();
    }

    /// <summary>Finishes its side behind what it still has to send.</summary>
    public void Finish()
    {
        _finishes = true;
        Pump();
    }

    /// <summary>Dies: the link is reset.</summary>
    public void Die() => _transport.Abort();

    /// <summary>Loses its network: the server hears nothing more, not even the end.</summary>
    public void Vanish() => _transport.Vanish();

    public void Leave() => _transport.Close();

    public void Dispose()
    {
        _reader.Release();
        Assert.True(_leaks.Read().IsZero);
    }

    public void ReceiveCompleted(IoResult result)
    {
        if (Took(result))
        {
            Receive();
        }
    }

    public void Faulted(Exception fault) => Assert.Fail(fault.ToString());

    public void SendCompleted(IoResult result)
    {
        _batch.Release();
        if (result.Status == IoStatus.Completed)
        {
            Pump();
        }
    }

    private void Pump()
    {
        while (!_transport.Closed && !_transport.Sending && _output.TryDequeue(out var bytes))
        {
            _batch.Begin(PieceBytes);
            _batch.Write(bytes);
            var result = _transport.Send(_batch);
            if (result.Status == IoStatus.Pending)
            {
                return;
            }

            _batch.Release();
        }

        if (_finishes && !_transport.Sending && !_transport.Closed && !_transport.FinishedSending)
        {
            _transport.FinishSending();
        }
    }

    private void Receive()
    {
        while (Reads && !_transport.Closed && !_transport.Receiving && !Finished)
        {
            var result = _transport.Receive(_buffer);
            if (result.Status == IoStatus.Pending || !Took(result))
            {
                return;
            }
        }
    }

    private bool Took(IoResult result)
    {
        if (result.Status != IoStatus.Completed)
        {
            Finished = true;
            _transport.Close();
            return false;
        }

        _input.AddRange(_buffer.AsSpan(0, result.Bytes));
        Take();
        return true;
    }

    private void Take()
    {
        var bytes = _input.ToArray().AsSpan();
        _input.Clear();
        var packets = _chunks ? Math.Min(bytes.Length, 1 + 1536 + 1536 - Packets.Length) : bytes.Length;
        Packets = [.. Packets, .. bytes[..packets]];
        bytes = bytes[packets..];
        while (true)
        {
            var status = _reader.Read(bytes, out var consumed, out var message);
            bytes = bytes[consumed..];
            if (status != WireReadStatus.Item)
            {
                break;
            }

            Messages.Add(new Heard(
                _world.Time.Elapsed, message.Type, message.Timestamp, message.MessageStreamId, message.Payload.Span.ToArray()));
            message.Payload.Release();
        }

        Assert.Equal(Reason.None, _reader.Failure);
        _input.AddRange(bytes);
    }
}
