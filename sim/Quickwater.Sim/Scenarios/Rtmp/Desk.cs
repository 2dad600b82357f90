using System.Buffers;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Sim;

/// <summary>
/// A client with several message streams, on which it publishes, plays, pauses, goes over, closes and asks for odd things as its seed says.
/// It holds the server to its word: one answer to each question, in order; media where it plays, and nowhere else.
/// </summary>
internal sealed class Desk : ISession, ISessionFactory
{
    private const int StreamsMax = 5;
    private const int BacklogBytesMax = 2_000_000;

    private readonly World _world;
    private readonly string _name;
    private readonly Rng _rng;
    private readonly Func<uint> _publication;
    private readonly Handshake _handshake;
    private readonly ChunkReader _reader;
    private readonly ChunkWriter _writer = new();
    private readonly SendBatch _scratch = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly Queue<(double Transaction, DeskStream? Closed, int Jumps)> _asked = new();
    private readonly List<DeskStream> _streams = [];
    private int _sent;
    private double _transaction;
    private int _actsLeft;
    private Instant _next = Instant.Never;
    private Instant _leaves;

    /// <param name="world">Fails when the server breaks its word.</param>
    /// <param name="name">Names it.</param>
    /// <param name="buffers">For what it receives.</param>
    /// <param name="publication">Gives each publication a number of its own.</param>
    internal Desk(World world, string name, PooledBytes.Pool buffers, Func<uint> publication)
    {
        _world = world;
        _name = name;
        _rng = world.Rng.Fork();
        _actsLeft = _rng.Between(1, 40);
        _publication = publication;
        _handshake = new Handshake(HandshakeRole.Client, new SimEntropy(_rng.Fork()), world.Clock.Now);
        _reader = new ChunkReader(RtmpLimits.Default, buffers);
        _leaves = _rng.Chance(0.5) ? world.Clock.Now + _rng.UpTo(TimeSpan.FromSeconds(60)) : Instant.Never;
    }

    public string Protocol => "rtmp";

    public Reason Ended { get; private set; }

    public Instant Deadline
    {
        get
        {
            var due = Instant.Earlier(_next, _leaves);
            foreach (var stream in _streams)
            {
                due = IsBehind ? due : Instant.Earlier(due, stream.Deadline);
            }

            return due;
        }
    }

    // It makes no more while that much has not gone out.
    private bool IsBehind => _output.WrittenCount >= BacklogBytesMax;

    /// <summary>Questions that have no answer yet.</summary>
    internal int Unanswered => _asked.Count;

    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => this;

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        var at = 0;
        if (_handshake.State != HandshakeState.Complete)
        {
            at = _handshake.Read(bytes);
            _reader.AddReceived(at);
            if (_handshake.State != HandshakeState.Complete)
            {
                return ReceiveResult.NeedMore(at);
            }

            Introduce(now);
        }

        while (Ended == Reason.None && _reader.Read(bytes[at..], out var consumed, out var message) is var status)
        {
            at += consumed;
            if (status != WireReadStatus.Item)
            {
                _world.Require(status == WireReadStatus.NeedMore, $"{_name}: the server keeps the protocol: {_reader.Failure}");
                break;
            }

            Take(message);
            message.Payload.Release();
        }

        return Ended == Reason.None ? ReceiveResult.NeedMore(at) : ReceiveResult.Done(bytes.Length);
    }

    public void PeerFinished(Instant now) => End(Reason.PeerClosed);

    public bool Transmit(SendBatch batch, Instant now)
    {
        if (_handshake.HasOutput)
        {
            _handshake.Write(batch);
        }

        if (_handshake.State != HandshakeState.Complete)
        {
            return false;
        }

        PublishDue(now);
        while (_sent < _output.WrittenCount && batch.Room > 0)
        {
            var piece = _output.WrittenSpan.Slice(_sent, Math.Min(batch.Room, _output.WrittenCount - _sent));
            batch.Write(piece);
            _sent += piece.Length;
        }

        if (_sent < _output.WrittenCount)
        {
            return true;
        }

        _output.ResetWrittenCount();
        _sent = 0;
        return false;
    }

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
        PublishDue(now);
        if (_leaves <= now)
        {
            End(Reason.Completed);
        }
        else if (_next <= now)
        {
            Act(now);
            _next = --_actsLeft == 0 ? Instant.Never : now + _rng.UpTo(TimeSpan.FromSeconds(_rng.Chance(0.3) ? 0.01 : 3));
        }
    }

    public void Handle(in Command command, Instant now) => End(command.Reason);

    public void Close(Reason why, Instant now)
    {
        End(why);
        _handshake.Release();
        _reader.Release();
    }

    private void End(Reason why) => Ended = Ended == Reason.None ? why : Ended;

    private void Introduce(Instant now)
    {
        Ask("connect", AmfValue.Object(
            new AmfMember("app", AmfValue.Of("live")), new AmfMember("tcUrl", AmfValue.Of("rtmp://server/live?token=t"))));
        for (var i = _rng.Between(1, 4); i > 0; i--)
        {
            CreateStream();
        }

        _next = now;
    }

    // The server numbers them from 1.
    private void CreateStream()
    {
        Ask("createStream", AmfValue.Null);
        _streams.Add(new DeskStream(_world, _name, (_streams.Count == 0 ? 0 : _streams.Max(static stream => stream.Id)) + 1));
    }

    private void Act(Instant now)
    {
        var stream = _streams[_rng.Below(_streams.Count)];
        var id = stream.Id;
        switch (_rng.Below(12))
        {
            case 0 or 1:
                Stop(stream, "closeStream", id);
                Publish(stream, now);
                break;
            case 2 or 3:
                Stop(stream, "closeStream", id);
                stream.IsUsed = true;
                Tell("play", id, AmfValue.Of(Name()), AmfValue.Of(-2000), AmfValue.Of(_rng.Chance(0.2) ? _rng.Below(8000) : -1000));
                break;
            case 4 or 5 or 6:
                Tell("pause", id, AmfValue.Of(_rng.Chance(0.5)), AmfValue.Of(0));
                break;
            case 7 when stream.IsUsed:
                stream.Jumps++;
                Tell("play2", id, AmfValue.Object(new AmfMember("streamName", AmfValue.Of(Name()))));
                break;
            case 8:
                Tell(_rng.Chance(0.5) ? "receiveVideo" : "receiveAudio", id, AmfValue.Of(_rng.Chance(0.7)));
                break;
            case 9:
                Stop(stream, "closeStream", id);
                break;
            case 10 when _streams.Count < StreamsMax:
                CreateStream();
                break;
            default:
                Ask(_rng.Below(6) switch
                {
                    0 => "releaseStream",
                    1 => "FCPublish",
                    2 => "getStreamLength",
                    3 => "FCSubscribe",
                    4 => "checkBandwidth",
                    _ => "noSuchThing",
                }, AmfValue.Null, AmfValue.Of(Name()));
                Tell("seek", id, AmfValue.Of(0));
                break;
        }
    }

    private void Publish(DeskStream stream, Instant now)
    {
        stream.IsUsed = true;
        Tell("publish", stream.Id, AmfValue.Of(Name()), AmfValue.Of("live"));
        var length = _rng.UpTo(TimeSpan.FromSeconds(15));
        stream.StartPublishing(new SimEncoder(_rng.Fork(), _publication()), now, now + length); // it does not wait to be let in
    }

    // Behind the answer to a question asked behind it, nothing may come on the stream.
    private void Stop(DeskStream stream, string command, uint id)
    {
        stream.StopPublishing();
        stream.IsUsed = false;
        stream.Stops++;
        Tell(command, id);
        Ask("_checkbw", AmfValue.Null);
        _asked.Enqueue((_transaction, stream, stream.Jumps));
    }

    private string Name() => _rng.Chance(0.4) ? "a" : $"desk-{_rng.Below(3)}";

    private void PublishDue(Instant now)
    {
        foreach (var stream in _streams)
        {
            while (!IsBehind && stream.TryTake(now, out var frame, out var payload))
            {
                var type = frame.Kind == FrameKind.Video ? RtmpMessageType.Video : RtmpMessageType.Audio;
                Write(type, (uint)frame.Milliseconds, stream.Id, FlvBody.Encode(frame, payload));
            }
        }
    }

    private void Ask(string name, params AmfValue[] values)
    {
        _transaction++;
        if (name != "_checkbw")
        {
            _asked.Enqueue((_transaction, null, 0));
        }

        Command(name, _transaction, 0, values);
    }

    private void Tell(string name, uint stream, params AmfValue[] arguments) => Command(name, 0, stream, [AmfValue.Null, .. arguments]);

    private void Command(string name, double transaction, uint stream, AmfValue[] values)
    {
        var amf = new Amf0Writer(new byte[1024]);
        amf.WriteString(name);
        amf.WriteNumber(transaction);
        foreach (var value in values)
        {
            amf.Write(value);
        }

        Write(RtmpMessageType.CommandAmf0, 0, stream, amf.Written);
    }

    private void Write(RtmpMessageType type, uint time, uint stream, ReadOnlySpan<byte> body)
    {
        _scratch.Begin(1 << 20);
        _writer.Write(_scratch, ChunkWriter.CommandChunkStream, type, time, stream, body);
        _scratch.CopyTo(_output.GetSpan(_scratch.Bytes));
        _output.Advance(_scratch.Bytes);
        _scratch.Release();
    }

    private void Take(in RtmpMessage message)
    {
        switch (message.Type)
        {
            case RtmpMessageType.Audio or RtmpMessageType.Video:
                Stream(message.MessageStreamId)?.TakeMedia(message.Type, message.Timestamp, message.Payload.Span);
                break;
            case RtmpMessageType.CommandAmf0:
                TakeCommand(message);
                break;
            default:
                break;
        }
    }

    private void TakeCommand(in RtmpMessage message)
    {
        _world.Require(
            RtmpCommand.TryParse(message.Type, message.Payload.Span, RtmpLimits.Default, out var command, out _), $"{_name}: an answer is whole");
        if (command.Name is "_result" or "_error")
        {
            var (transaction, closed, jumps) = _asked.TryDequeue(out var asked) ? asked : default;
            _world.Require(
                transaction == command.TransactionId, $"{_name}: answers come in order, one each ({transaction}, not {command.TransactionId})");
            closed?.Closed(jumps);
            return;
        }

        var arguments = command.Arguments;
        if (command.Name != "onStatus" || !AmfValue.TryRead(ref arguments, out var info))
        {
            return;
        }

        var code = info["code"].Text;
        Stream(message.MessageStreamId)?.TakeStatus(code);
        if (info["description"].Text.Contains(Reason.AccessTimeout.Text(), StringComparison.Ordinal))
        {
            _world.Marks.Hit("access-timeout");
        }

        if (code == "NetConnection.Connect.Closed")
        {
            _world.Require(
                info["level"].Text != "status" || !_streams.Exists(static stream => stream.IsOwedItsEnd),
                $"{_name}: who is drained has heard the end of what it plays");
            End(Reason.PeerClosed);
        }
    }

    private DeskStream? Stream(uint id) => _streams.Find(stream => stream.Id == id);
}
