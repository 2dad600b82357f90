using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// The client's side of one connection: many calls at once, their answers in whichever order. Give it to <see cref="Engine.Open"/>, once. Calls, cancellations
/// and credit come from any thread; the rest belongs to its connection's turn.
/// </summary>
public sealed class RpcClientSession : ISession, ISessionFactory
{
    private readonly RpcClientOptions _options;
    private readonly RpcFrameReader _reader;
    private readonly RpcClientOutbox _outbox;
    private readonly RpcClientCalls _calls;
    private readonly RpcOutput _output = new();
    private readonly RpcClientGreeting _greeting;
    private Instant _opened;
    private bool _leaving;
    private bool _draining; // the server said so

    /// <summary>Makes a session.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="buffers">Where long answers are collected.</param>
    public RpcClientSession(RpcClientOptions options, PooledBytes.Pool buffers)
    {
        _options = options;
        _reader = new RpcFrameReader(options.BodyBytesMax, buffers);
        _outbox = new RpcClientOutbox(options.InFlightMax);
        _calls = new RpcClientCalls(_outbox);
        _greeting = new RpcClientGreeting(options);
    }

    /// <inheritdoc/>
    public string Protocol => "rpc-client";

    /// <summary>What is spoken. Thread-safe.</summary>
    public RpcClientMode Mode => _greeting.Mode;

    /// <summary>Whether it takes calls: not when it is over, when it leaves, or when the server said that it drains. Thread-safe.</summary>
    public bool TakesCalls => !_outbox.IsClosed;

    /// <summary>
    /// Why the server cannot be called: it did not accept the token, or what answers there is no RPC server. Then the session is over, and its calls have this error.
    /// Null otherwise. Thread-safe.
    /// </summary>
    public RpcError? Refusal => _greeting.Refusal;

    /// <summary>Calls that are not over. Thread-safe.</summary>
    public int InFlight => _outbox.Calls;

    /// <inheritdoc/>
    public Reason Ended { get; private set; }

    /// <summary>Bytes that it holds: of a frame that is not whole, and of requests that wait.</summary>
    [ExcludeFromCodeCoverage(Justification = "Asked by the fuzz targets.")]
    internal int HeldBytes => _reader.HeldBytes + _output.Pending;

    /// <inheritdoc/>
    public Instant Deadline =>
        Mode == RpcClientMode.Asking ? Instant.Earlier(_calls.Deadline, _opened + _options.HelloTimeout) : _calls.Deadline;

    /// <inheritdoc/>
    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now)
    {
        _opened = now;
        _outbox.Open(mailbox);
        _greeting.Write(_output);
        return this;
    }

    /// <summary>Makes a call. False when as many are under way as may be, or the connection takes no more. Thread-safe.</summary>
    public bool TryCall(RpcOutgoing call) => _outbox.TryCall(call);

    /// <summary>
    /// The answer of a call is not wanted any more: it fails with <see cref="RpcErrorCode.Cancelled"/>, unless it was over. With extensions the server is told.
    /// Thread-safe.
    /// </summary>
    public void Cancel(RpcOutgoing call) => _outbox.Post(new RpcClientOutbox.Order(RpcClientOutbox.OrderKind.Cancel, call, 0));

    /// <summary>Gives credit back to a call's stream. Thread-safe.</summary>
    public void AddCredit(RpcOutgoing call, int bytes) =>
        _outbox.Post(new RpcClientOutbox.Order(RpcClientOutbox.OrderKind.Credit, call, bytes));

    /// <inheritdoc/>
    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        var at = 0;
        while (Ended == Reason.None)
        {
            var status = _reader.Read(bytes[at..], out var consumed, out var header, out var body);
            at += consumed;
            if (status == RpcReadStatus.NeedMore)
            {
                break;
            }

            if (status == RpcReadStatus.Failed)
            {
                Unknown(bytes[at..]);
            }
            else if (status == RpcReadStatus.TooLong)
            {
                PassOver(header);
            }
            else
            {
                Take(header.RequestId, body);
            }
        }

        return Ended == Reason.None ? ReceiveResult.NeedMore(at) : ReceiveResult.Done(bytes.Length);
    }

    /// <inheritdoc/>
    public void PeerFinished(Instant now) => End(Reason.PeerClosed);

    /// <inheritdoc/>
    public bool Transmit(SendBatch batch, Instant now)
    {
        TakeOrders();
        var more = _output.Transmit(batch);
        while (!more && Ended == Reason.None && Mode != RpcClientMode.Asking && _calls.Sent < _greeting.InFlightMax && _calls.TryNext(out var call))
        {
            Send(call, now);
            more = _output.Transmit(batch);
        }

        if (_leaving && _calls.IsEmpty && !more)
        {
            End(Reason.Completed);
        }

        return more;
    }

    /// <inheritdoc/>
    public void Sent(long bytes, Instant now)
    {
    }

    /// <inheritdoc/>
    public void Tick(Instant now)
    {
        TakeOrders();
        _calls.Tick(now);
        if (Mode == RpcClientMode.Asking && now >= _opened + _options.HelloTimeout)
        {
            End(Reason.HandshakeTimeout);
        }
    }

    /// <inheritdoc/>
    public void Handle(in Command command, Instant now)
    {
        if (command.Kind == CommandKind.Drain)
        {
            _outbox.Close();
            _leaving = true;
        }
        else
        {
            End(command.Reason);
        }
    }

    /// <inheritdoc/>
    public void Close(Reason why, Instant now)
    {
        End(why);
        TakeOrders();
        _outbox.Abandon();
        _output.Release();
    }

    private void TakeOrders()
    {
        foreach (var (kind, call, bytes) in _outbox.Take())
        {
            switch (kind)
            {
                case RpcClientOutbox.OrderKind.Call:
                    _calls.Add(call);
                    break;
                case RpcClientOutbox.OrderKind.Cancel:
                    Stop(call);
                    break;
                default:
                    Grant(call, bytes);
                    break;
            }
        }

        if (Ended != Reason.None)
        {
            _calls.FailUnsent(Refusal?.Code ?? RpcErrorCode.ConnectionLost, Refusal?.Message ?? $"The connection is over: {Ended.Text()}.");
        }
        else if (_draining)
        {
            _calls.FailUnsent(RpcErrorCode.Draining, "The server drains.");
        }
    }

    private void Stop(RpcOutgoing call)
    {
        if (!call.IsOver && call.IsSent && Mode == RpcClientMode.Extended)
        {
            _output.Begin(call.Id, RpcFrameKind.Cancel);
            _output.End();
        }

        _calls.Fail(call, new RpcError(RpcErrorCode.Cancelled, "The caller cancelled it.") { MayHaveRun = call.IsSent });
    }

    private void Grant(RpcOutgoing call, int bytes)
    {
        if (!call.IsOver)
        {
            call.CreditLeft += bytes;
            _output.Begin(call.Id, RpcFrameKind.Credit);
            _output.Write((uint)bytes);
            _output.End();
        }
    }

    private void Send(RpcOutgoing call, Instant now)
    {
        if (Mode == RpcClientMode.Extended)
        {
            call.CreditLeft = call.Credit ?? 0;
            var body = new RpcCallBody
            {
                Name = call.Utf8Method,
                Encoding = call.PayloadEncoding,
                Milliseconds = call.Deadline == Instant.Never ? null
                    : (uint)Math.Clamp(Math.Ceiling((call.Deadline - now).TotalMilliseconds), 0, uint.MaxValue),
                Trace = call.Trace,
                Credit = (uint?)call.Credit,
            };
            _output.Begin(call.Id);
            _output.Advance(body.WriteHead(_output.GetSpan(RpcCallBody.HeadBytesMax)));
            var bytes = (long)_output.BodyBytes + call.Payload.Length;
            if (bytes > _greeting.BodyBytesMax)
            {
                _output.Abandon();
                _calls.Fail(call, new RpcError(RpcErrorCode.RequestTooLarge, $"The body of the call has {bytes} bytes; the server takes {_greeting.BodyBytesMax}."));
                return;
            }

            _output.Write(call.Payload.Span);
            _output.End();
        }
        else if (call.PayloadEncoding == RpcEncoding.Binary || call.Credit is not null)
        {
            _calls.Fail(call, new RpcError(RpcErrorCode.Unsupported, "The server has no binary payloads and no streams."));
        }
        else
        {
            _output.Begin(call.Id);
            _output.Write("{\"method\":\""u8);
            _output.Write(JsonEncodedText.Encode(call.Method).EncodedUtf8Bytes);
            _output.Write("\",\"params\":"u8);
            _output.Write(call.Payload.Span);
            _output.Write("}"u8);
            _output.End();
        }
    }

    private void Take(uint id, ReadOnlySpan<byte> body)
    {
        if (Mode == RpcClientMode.Asking)
        {
            if (!_greeting.TryTake(id, body))
            {
                End(Refusal is { Code: RpcErrorCode.Unauthenticated } ? Reason.AccessDenied : Reason.RefusedByPeer);
            }
        }
        else if (Mode == RpcClientMode.Extended && body.Length > 0 && body[0] == (byte)RpcFrameKind.Drain)
        {
            TakeDrain(body[1..]);
        }
        else if (_calls.TryFind(id, out var call))
        {
            Answered(call, body);
        }
    }

    // Certain is what the server says, never what a connection's end might mean: a server that is cut off ends as one that has drained.
    private void TakeDrain(ReadOnlySpan<byte> last)
    {
        if (last.Length != 4)
        {
            End(Reason.UnexpectedMessage);
            return;
        }

        _draining = true;
        _outbox.Close();
        _calls.FailBehind(BinaryPrimitives.ReadUInt32BigEndian(last), RpcErrorCode.Draining, "The server drains and did not accept the call.");
    }

    // An answer that is longer than may be kept is its call's matter alone.
    private void PassOver(RpcHeader header)
    {
        if (Mode == RpcClientMode.Asking)
        {
            End(Reason.MessageTooLarge);
        }
        else if (_calls.TryFind(header.RequestId, out var call))
        {
            _calls.Fail(call, new RpcError(RpcErrorCode.ResultTooLarge, $"The answer has {header.BodyBytes} bytes; this client takes {_options.BodyBytesMax}."));
        }
    }

    // Before the server has answered anything, these are the words of another protocol.
    private void Unknown(ReadOnlySpan<byte> words)
    {
        if (Mode == RpcClientMode.Asking)
        {
            _greeting.Refuse(new RpcError(RpcErrorCode.MalformedAnswer, $"What answers there is no RPC server: {RpcStranger.Describe(words)}."));
        }

        End(_reader.Failure);
    }

    private void Answered(RpcOutgoing call, ReadOnlySpan<byte> body)
    {
        if (Mode == RpcClientMode.Base)
        {
            AnsweredInBase(call, body);
            return;
        }

        switch (body.Length > 0 ? (RpcFrameKind)body[0] : default)
        {
            case RpcFrameKind.Result when IsPayload(call, body):
                _calls.Complete(call, body[2..]);
                break;
            case RpcFrameKind.Error when body.Length >= 5:
                var code = (RpcErrorCode)BinaryPrimitives.ReadInt32BigEndian(body[1..]);
                _calls.Fail(call, new RpcError(code, Encoding.UTF8.GetString(body[5..])));
                break;
            case RpcFrameKind.Item when IsPayload(call, body) && call.Credit is not null:
                TakeItem(call, body[2..]);
                break;
            default:
                _calls.Fail(call, Malformed);
                break;
        }
    }

    private void AnsweredInBase(RpcOutgoing call, ReadOnlySpan<byte> body)
    {
        if (!RpcJsonAnswer.TryRead(body, out var answer))
        {
            _calls.Fail(call, RpcJsonDepth.IsBeyond(RpcJsonDepth.Max, body)
                ? Malformed with { Message = $"The answer is JSON nested deeper than {RpcJsonDepth.Max} levels." } : Malformed);
        }
        else if (answer.Error is { } error)
        {
            _calls.Fail(call, error);
        }
        else
        {
            _calls.Complete(call, answer.Result);
        }
    }

    private void TakeItem(RpcOutgoing call, ReadOnlySpan<byte> item)
    {
        var cost = item.Length + RpcCall.ItemOverheadBytes;
        call.CreditLeft -= cost;
        if (call.CreditLeft < 0)
        {
            End(Reason.UnexpectedMessage); // a server that ignores credit would fill our memory
            return;
        }

        call.Item(item, cost);
    }

    private static bool IsPayload(RpcOutgoing call, ReadOnlySpan<byte> body) => body.Length >= 2 && body[1] == (byte)call.PayloadEncoding;

    private static RpcError Malformed => new(RpcErrorCode.MalformedAnswer, "The answer breaks the protocol.");

    private void End(Reason why)
    {
        if (Ended == Reason.None)
        {
            Ended = why;
            _outbox.Close();
            _reader.Release();
            _calls.FailSent(RpcErrorCode.ConnectionLost, $"The connection is over: {why.Text()}.");
            TakeOrders();
        }
    }
}
