using System.Globalization;
using System.Text;
using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Sim;

/// <summary>Who takes part in the RPC scenario, and what is expected of the server towards each of them.</summary>
internal sealed class RpcCast(World world, SimHost clients, SimHost server, RpcServer rpc, RpcSimMethods methods, RpcSpare again, bool asks)
{
    private readonly Rng _rng = world.Rng.Fork();
    private readonly PooledBytes.Pool _buffers = new(clients.Engine.Leaks);
    private readonly List<(EndpointPair Pair, RpcClientSession Session, List<RpcSimCall> Calls)> _callers = [];
    private readonly List<(RawPeer Peer, int Sent, bool MayCall)> _raw = [];
    private int _calls;

    /// <summary>Callers with our own client, which make their calls in bursts.</summary>
    internal void Call(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var token = Token();
            var session = new RpcClientSession(
                new RpcClientOptions { Extensions = _rng.Chance(0.7), InFlightMax = _rng.Between(1, 200), Token = token }, _buffers);
            var calls = new List<RpcSimCall>();
            _callers.Add((world.Dial(clients, session, server, rpc), session, calls));
            Burst(session, MayCall(token), calls, _rng.Chance(0.1) ? _rng.Between(1, 500) : _rng.Between(1, 60));
        }
    }

    /// <summary>Peers in another language, and peers that speak none.</summary>
    internal void Intrude(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var requests = _rng.Between(1, 150);
            var bytes = new List<byte>();
            var token = Token();
            for (var id = 0u; id < requests; id++)
            {
                // Who is asked says it first, with all its calls behind it in one go; one in another language may say it again.
                var says = token is not null && (id == 0 || _rng.Chance(0.02));
                bytes.AddRange(says ? RpcDoor.Request(id, token ?? "") : Request(id));
            }

            var strange = _rng.Chance(0.4);
            if (strange)
            {
                var noise = new byte[_rng.Between(12, 200)];
                _rng.Fill(noise);
                bytes.AddRange(noise);
            }

            _raw.Add((new RawPeer(world, server, rpc, [.. bytes], (RawManners)_rng.Below(4)), strange ? -1 : requests, MayCall(token)));
        }
    }

    /// <summary>A healed network has had ten minutes: on a link that holds, every call is over.</summary>
    internal void MustBeAnswered()
    {
        foreach (var (pair, _, calls) in _callers)
        {
            world.Require(!pair.IsUnbroken || calls.All(call => call.IsEnded), $"{pair.Client.Transport.Name}: every call is answered on a link that holds");
        }
    }

    /// <summary>The peers without manners leave.</summary>
    internal void SendAway()
    {
        foreach (var (peer, _, _) in _raw)
        {
            peer.Leave();
        }
    }

    /// <summary>What must be true of everybody's end.</summary>
    internal void Check()
    {
        foreach (var (pair, session, calls) in _callers)
        {
            foreach (var call in calls)
            {
                call.Check();
            }

            world.Require(
                session.Refusal is not null || Reasons.Describe(session.Ended).Fault != Fault.Peer, $"{pair.Client.Transport.Name}: the server keeps the protocol, and yet its client ended with {session.Ended}");
            CheckDrain(pair, session, calls);
            CheckLastWord(pair, session, calls);
            CheckLogin(pair.Server?.Session.Ended);
        }

        foreach (var (peer, sent, mayCall) in _raw)
        {
            CheckRaw(peer, sent, mayCall);
        }
    }

    private void CheckDrain(EndpointPair pair, RpcClientSession session, List<RpcSimCall> calls)
    {
        if (pair is not { IsUnbroken: true, Server.Session: { Ended: Reason.Drained } } || session.Ended != Reason.PeerClosed)
        {
            return;
        }

        foreach (var call in calls)
        {
            var lost = call.Error is { Code: RpcErrorCode.ConnectionLost or RpcErrorCode.Draining };
            world.Require(!lost || !methods.HasBegun(call.Parameters), $"a drain answers every call that was taken: {call.Parameters}");
        }

        world.Marks.Hit("drained-without-loss");
    }

    // With extensions the server's last word is the whole truth: no call is left in doubt by a drain.
    private void CheckLastWord(EndpointPair pair, RpcClientSession session, List<RpcSimCall> calls)
    {
        if (pair is { IsUnbroken: true, Server.Session.Ended: Reason.Drained } && session is { Ended: Reason.PeerClosed, Mode: RpcClientMode.Extended })
        {
            foreach (var call in calls)
            {
                world.Require(
                    call.Error is not { Code: RpcErrorCode.ConnectionLost, MayHaveRun: true }, $"a drain leaves nobody in doubt: {call.Method}({call.Parameters})");
            }
        }
    }

    private void CheckRaw(RawPeer peer, int sent, bool mayCall)
    {
        var received = peer.Received.Span;
        var answered = new HashSet<uint>();
        while (RpcHeader.TryRead(received, out var header) != RpcHeaderStatus.TooShort)
        {
            world.Require(RpcHeader.TryRead(received, out _) == RpcHeaderStatus.Read, "answers are frames, one behind the other");
            if (received.Length - RpcHeader.Bytes < header.BodyBytes)
            {
                break;
            }

            var body = Encoding.UTF8.GetString(received.Slice(RpcHeader.Bytes, (int)header.BodyBytes));
            world.Require(
                body.StartsWith("{\"result\":", StringComparison.Ordinal) || body.StartsWith("{\"error\":", StringComparison.Ordinal), $"a base peer sees nothing but the base: {body}");
            world.Require(mayCall || body[2] == 'e', $"nothing runs for a peer that has not authenticated: {body}");
            world.Require(answered.Add(header.RequestId), $"request {header.RequestId} is answered once");
            received = received[(RpcHeader.Bytes + (int)header.BodyBytes)..];
        }

        if (peer.Served is not { } served)
        {
            return;
        }

        if (served.Session.Ended is Reason.MalformedHeader or Reason.MessageTooLarge)
        {
            world.Require(sent < 0, "who keeps the protocol is not turned away");
            world.Marks.Hit("stranger-turned-away");
        }

        CheckLogin(served.Session.Ended);
        if (peer is { Manners: RawManners.HalfClose, Finished: true } && sent >= 0 && served.Session.Ended == Reason.PeerClosed)
        {
            world.Require(answered.Count == sent && received.IsEmpty, $"a half-closed peer gets all its answers: {answered.Count} of {sent}");
            world.Marks.Hit("half-closed-and-answered");
        }
    }

    private void CheckLogin(Reason? ended)
    {
        if (ended is Reason.AuthenticationTimeout or Reason.TooManyAttempts)
        {
            world.Require(asks, "nobody is asked who calls");
            world.Marks.Hit(ended == Reason.AuthenticationTimeout ? "login-timed-out" : "login-given-up");
        }
    }

    // Some have one though nobody asks, and some have none or a wrong one though somebody does.
    private string? Token() => _rng.Below(10) switch
    {
        0 => RpcDoor.Wrong,
        1 => null,
        2 when !asks => RpcDoor.Callers[0],
        _ => asks ? RpcDoor.Callers[_rng.Below(RpcDoor.Callers.Count)] : null,
    };

    private bool MayCall(string? token) => !asks || RpcDoor.Knows(token);

    private byte[] Request(uint id)
    {
        var number = ++_calls;
        var body = Encoding.UTF8.GetBytes(_rng.Below(4) switch
        {
            0 => $$"""{"method":"later","params":{{number}}}""",
            1 => $$$"""{"method":"sleep","params":{"ms":{{{_rng.Below(500)}}}}}""",
            2 => $$"""{"method":"echo","params":"{{new string('x', _rng.Below(_rng.Chance(0.05) ? 20_000 : 100))}}"}""",
            _ => "not JSON",
        });
        var frame = new byte[RpcHeader.Bytes + body.Length];
        new RpcHeader(id, (uint)body.Length).Write(frame);
        body.CopyTo(frame.AsSpan(RpcHeader.Bytes));
        return frame;
    }

    private void Burst(RpcClientSession session, bool mayCall, List<RpcSimCall> calls, int left)
    {
        for (var i = Math.Min(left, _rng.Between(1, 50)); i > 0; i--, left--)
        {
            Call(session, mayCall, calls);
        }

        if (left > 0)
        {
            world.Time.After(_rng.UpTo(TimeSpan.FromSeconds(2)), () => Burst(session, mayCall, calls, left));
        }
    }

    private void Call(RpcClientSession session, bool mayCall, List<RpcSimCall> calls)
    {
        string[] kinds = ["echo", "later", "later", "sleep", "count"];
        var number = (++_calls).ToString(CultureInfo.InvariantCulture);
        var method = kinds[_rng.Below(kinds.Length)];
        var call = new RpcSimCall(world, methods, method, number)
        {
            WhenFailed = again.Failed,
            Session = session,
            MayCall = mayCall,
            Credit = method == "count" ? _rng.Between(400, 3000) : null,
            Deadline = _rng.Chance(0.2) ? clients.Engine.Clock.Now + _rng.UpTo(TimeSpan.FromSeconds(5)) : Instant.Never,
        };
        if (_rng.Chance(0.3))
        {
            methods.Idempotent.Add(call.Parameters);
        }

        if (!session.TryCall(call))
        {
            return;
        }

        calls.Add(call);
        if (_rng.Chance(0.1))
        {
            world.Time.After(_rng.UpTo(TimeSpan.FromSeconds(1)), () =>
            {
                call.WasCancelled = true;
                session.Cancel(call);
            });
        }
    }
}
