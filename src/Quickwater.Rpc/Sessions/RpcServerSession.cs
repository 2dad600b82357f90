using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// The server's side of one connection: takes every whole request that arrived, runs what completes at once, and lets all answers of the turn
/// leave in one send. docs/states/rpc.md draws it.
/// </summary>
internal sealed class RpcServerSession : ISession
{
    private readonly RpcServer _server;
    private readonly RpcFrameReader _reader;
    private readonly RpcOutput _output;
    private readonly RpcServerCalls _calls;
    private RpcMethod? _last; // that ran at once: most calls of a connection are of the same few methods
    private Instant _heard;
    private Instant _due; // when a call that comes now has used up its time
    private Reason _farewell; // why it ends once nothing is owed
    private int _rest; // bytes that were offered but not taken
    private bool _paused;
    private bool _extended;
    private bool _draining;
    private bool _toldLast; // the caller knows which calls were accepted
    private RpcLogin? _login; // until the caller has authenticated, where it has to

    internal RpcServerSession(RpcServer server, ConnectionInfo connection, IMailbox mailbox, Instant now, RpcLogin? login)
    {
        _output = new RpcOutput(connection.Memory);
        _login = login;
        _server = server;
        _reader = new RpcFrameReader(server.Limits.BodyBytesOf(isKnown: login is null), server.Buffers, connection.Memory);
        _calls = new RpcServerCalls(server, _output, mailbox, connection);
        _heard = now;
    }

    public Reason Ended { get; private set; }

    /// <summary>Bytes that it holds for its peer's sake: of a frame that is not whole, and of answers that wait. Those of calls are their methods'.</summary>
    [ExcludeFromCodeCoverage(Justification = "Asked by the fuzz targets.")]
    internal int HeldBytes => _reader.HeldBytes + _output.Pending;

    /// <summary>Whether its caller has to authenticate and has not.</summary>
    [ExcludeFromCodeCoverage(Justification = "Asked by the fuzz targets.")]
    internal bool IsBarred => _login is not null;

    /// <summary>Whether its caller asked for the extensions.</summary>
    [ExcludeFromCodeCoverage(Justification = "Asked by the fuzz targets.")]
    internal bool IsExtended => _extended;

    public Instant Deadline => _login?.Deadline ?? (_calls.Unanswered > 0 ? _calls.Deadline : _heard + _server.Limits.IdleTimeout);

    // A base client is told nothing of a drain: what it sends from then on is not read. An extended one is answered that it drains.
    private bool StopsReading => _draining && !_extended;

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        _heard = _calls.TakeAnswers() ? now : _heard;
        var offered = StopsReading ? bytes[..Math.Min(_rest, bytes.Length)] : bytes;
        var at = ReadFrames(offered, now);
        _rest = offered.Length - at;
        return Ended != Reason.None ? ReceiveResult.Done(bytes.Length)
            : _paused ? ReceiveResult.Paused(at)
            : StopsReading ? ReceiveResult.Done(bytes.Length)
            : ReceiveResult.NeedMore(at);
    }

    public void PeerFinished(Instant now) => Finish(_rest > 0 || _reader.IsInsideFrame ? Reason.TruncatedInput : Reason.PeerClosed);

    public bool Transmit(SendBatch batch, Instant now)
    {
        _heard = _calls.TakeAnswers() ? now : _heard;
        var more = _output.Transmit(batch);
        _calls.Count();
        if (_farewell != Reason.None && batch.IsEmpty && !_paused && (_calls.Unanswered == 0 || RpcMutants.HastyDrain))
        {
            End(_farewell);
        }

        return _farewell == Reason.None ? more : !batch.IsEmpty; // the end follows once all is sent
    }

    public void Sent(long bytes, Instant now)
    {
        _heard = now;
        _output.Sent();
    }

    public void Tick(Instant now)
    {
        if (_login is { } login)
        {
            End(login.Tick(now));
        }
        else if (_calls.Unanswered > 0)
        {
            _heard = _calls.Tick(now) ? now : _heard;
        }
        else if (Deadline <= now)
        {
            CutOff(Reason.IdleTimeout); // a call that is on its way just now learns that it was not accepted
        }
    }

    public void Handle(in Command command, Instant now)
    {
        if (command.Kind == CommandKind.Drain)
        {
            Drain(Reason.Drained);
        }
        else if (command.Kind == CommandKind.Answer)
        {
            _login?.Answered(command, now);
        }
        else
        {
            CutOff(command.Reason);
        }
    }

    public void Close(Reason why, Instant now)
    {
        End(why);
        _calls.Count();
        _output.Release();
        _server.Left();
    }

    // The answer is how many bytes were taken.
    private int ReadFrames(ReadOnlySpan<byte> bytes, Instant now)
    {
        var at = 0;
        _due = now + _server.Limits.RequestTimeout;
        _paused = false;
        while (Ended == Reason.None)
        {
            if (_output.Pending > _server.Limits.OutputBytesMax || (_output.Pending > 0 && _output.IsStarved))
            {
                _paused = true; // the peer does not read its answers, or there is no memory for more of them: it may not ask for more
                return at;
            }

            var status = _reader.Read(bytes[at..], out var consumed, out var header, out var body);
            if (status == RpcReadStatus.Failed)
            {
                CutOff(_reader.Failure);
            }
            else if (status == RpcReadStatus.NeedMore)
            {
                return at + consumed;
            }
            else if (status == RpcReadStatus.TooLong)
            {
                TurnAway(header);
                at += consumed;
                if (StopsReading)
                {
                    return bytes.Length;
                }
            }
            else if (!Take(header.RequestId, body, now))
            {
                _paused = true;
                return at + _reader.Hold(consumed);
            }
            else
            {
                at += consumed;
                _heard = now;
            }
        }

        return at;
    }

    // False when it can only be taken later.
    private bool Take(uint id, ReadOnlySpan<byte> body, Instant now) =>
        _extended && body.Length > 0 && body[0] is >= (byte)RpcFrameKind.Call and <= (byte)RpcFrameKind.Drain
            ? TakeExtended(id, body, now) : TakeBase(id, body, now);

    private bool TakeBase(uint id, ReadOnlySpan<byte> body, Instant now)
    {
        var asked = new RpcAsked { Id = id };
        if (RpcJsonRequest.Read(body, _server.Methods, out var request) is { } error)
        {
            return _calls.Refuse(asked, error);
        }

        asked.Payload = request.Params;
        asked.Deadline = _due;
        return Dispatch(ref asked, request.Method, now);
    }

    private bool TakeExtended(uint id, ReadOnlySpan<byte> body, Instant now)
    {
        switch ((RpcFrameKind)body[0])
        {
            case RpcFrameKind.Call when TryRunAtOnce(id, body):
                return true;
            case RpcFrameKind.Call when RpcCallBody.TryRead(body, out var call):
                return TakeCall(id, call, now);
            case RpcFrameKind.Cancel when body.Length == 1:
                _calls.Cancel(id);
                return true;
            case RpcFrameKind.Credit when body.Length == 5:
                _calls.AddCredit(id, BinaryPrimitives.ReadUInt32BigEndian(body[1..]));
                return true;
            default:
                return _calls.Refuse(new RpcAsked { Id = id, Extended = true }, new RpcError(RpcErrorCode.ParseError, "The body is cut short or unknown."));
        }
    }

    // The shortest way, for the calls that are made most: no options, and a method that completes at once.
    private bool TryRunAtOnce(uint id, ReadOnlySpan<byte> body)
    {
        if (body.Length < 3 || body[1] > (byte)RpcEncoding.Binary || body.Length < 3 + body[2] || _draining || _login is not null)
        {
            return false;
        }

        var encoding = (RpcEncoding)body[1];
        var nameEnd = 3 + body[2];
        var name = body[3..nameEnd];
        var method = _last is { } last && name.SequenceEqual(last.Utf8) ? last : _server.Methods.Find(name);
        if (method?.Inline is not { } inline || !method.Accepts(encoding) || _calls.IsUnderWay(id))
        {
            return false;
        }

        _last = method;
        var request = new RpcRequest(body[nameEnd..], encoding, _due);
        _calls.Run(inline, method, id, extended: true, request);
        return true;
    }

    private bool TakeCall(uint id, in RpcCallBody call, Instant now)
    {
        var limit = _server.Limits.RequestTimeout;
        var asked = new RpcAsked
        {
            Id = id,
            Extended = true,
            Encoding = call.Encoding,
            Payload = call.Payload,
            Deadline = call.Milliseconds < limit.TotalMilliseconds ? now + TimeSpan.FromMilliseconds(call.Milliseconds.Value) : _due,
            Trace = call.Trace,
            Credit = call.Credit,
        };
        return Dispatch(ref asked, _server.Methods.Find(call.Name), now);
    }

    private bool Dispatch(ref RpcAsked asked, RpcMethod? method, Instant now)
    {
        if (_login is not null && !RpcMutants.OpenDoor && method != RpcBuiltIns.Hello && method != RpcBuiltIns.Authenticate)
        {
            return _calls.Refuse(asked, RpcLogin.Unauthenticated);
        }

        if (method is null)
        {
            return _calls.Refuse(asked, new RpcError(RpcErrorCode.MethodNotFound, "There is no such method."));
        }

        asked.Method = method;
        asked.Arrived = now;
        if (WhyNot(asked) is { } error)
        {
            return _calls.Refuse(asked, error);
        }

        if (method.Inline is { } inline)
        {
            var request = new RpcRequest(asked.Payload, asked.Encoding, asked.Deadline, asked.Trace);
            _calls.Run(inline, method, asked.Id, asked.Extended, request);
            return true;
        }

        return method.Later is { } later ? _calls.TryBegin(asked, later)
            : method == RpcBuiltIns.Hello ? Welcome(asked)
            : method == RpcBuiltIns.Authenticate ? Authenticate(asked, now)
            : _calls.TrySleep(asked, now);
    }

    private RpcError? WhyNot(in RpcAsked asked) =>
        _draining && _extended && asked.Method != RpcBuiltIns.Authenticate ? new RpcError(RpcErrorCode.Draining, "The server drains: call another.")
        : !asked.Method.Accepts(asked.Encoding) ? new RpcError(RpcErrorCode.Unsupported, "The method does not take this encoding.")
        : _calls.IsUnderWay(asked.Id) ? new RpcError(RpcErrorCode.InvalidRequest, "A call of this id is under way.")
        : asked.Method.Streams && asked.Credit is null ? new RpcError(RpcErrorCode.Unsupported, "The method gives a stream: call it for one.")
        : null;

    private bool Welcome(in RpcAsked asked)
    {
        if (!RpcMethods.TryRead(asked.Payload, RpcJson.Default.HelloParams, out var hello, out var error) || hello.Version < RpcBuiltIns.Version)
        {
            return _calls.Refuse(asked, error ?? new RpcError(RpcErrorCode.InvalidParams, "Versions begin at 1."));
        }

        _extended = true;
        var limits = _server.Limits;
        _calls.WriteJson(
            asked, new HelloResult(RpcBuiltIns.Version, limits.BodyBytesMax, limits.InFlightPerConnectionMax, limits.StreamCreditMax),
            RpcJson.Default.HelloResult);
        if (_draining)
        {
            TellLast();
        }

        return true;
    }

    // While the answer is out the request is left where it is, with all that is behind it: nothing runs before it is known who asked.
    private bool Authenticate(in RpcAsked asked, Instant now)
    {
        if (_login is not { } login)
        {
            return _calls.Refuse(asked, RpcLogin.Twice);
        }

        if (!login.TryDecide(asked.Payload, now, out var error))
        {
            return false;
        }

        if (error is not null)
        {
            _calls.Refuse(asked, error);
            End(login.Exhausted);
            return true;
        }

        _login = null;
        _reader.BodyBytesMax = _server.Limits.BodyBytesMax;
        _calls.Name(login.Caller);
        _calls.WriteJson(asked, new AuthenticateResult(login.Caller), RpcJson.Default.AuthenticateResult);
        return true;
    }

    private void Drain(Reason farewell)
    {
        if (_draining)
        {
            return;
        }

        _draining = true;
        _rest = _paused ? _rest : 0; // what was read before is still taken
        TellLast();
        Finish(farewell);
    }

    // The connection ends for it, but not before what was read so far is answered: one call's mistake is not its neighbours'.
    private void TurnAway(RpcHeader header)
    {
        var error = new RpcError(
            RpcErrorCode.RequestTooLarge, $"The body has {header.BodyBytes} bytes; this server takes {_reader.BodyBytesMax}.");
        _calls.Refuse(new RpcAsked { Id = header.RequestId, Extended = _extended }, error);
        Drain(Reason.MessageTooLarge);
    }

    // The last word about calls: what was sent behind the last that was accepted has not run.
    private void TellLast()
    {
        if (_extended && !_toldLast)
        {
            _toldLast = true;
            _output.Begin(0, RpcFrameKind.Drain);
            _output.Write(_calls.Accepted - (RpcMutants.UnsaidCalls ? 1u : 0));
            _output.End();
        }
    }

    // It ends with calls under way: each is told so, since only its method knows how far it came.
    private void CutOff(Reason why)
    {
        if (Ended == Reason.None)
        {
            _calls.TakeAnswers();
            TellLast();
            _calls.Interrupt();
            End(why);
        }
    }

    private void Finish(Reason farewell) => _farewell = _farewell == Reason.None ? farewell : _farewell;

    private void End(Reason why)
    {
        if (Ended == Reason.None && why != Reason.None)
        {
            Ended = why;
            _login?.Abandon(why);
            _calls.Close(why);
            _reader.Release();
        }
    }
}
