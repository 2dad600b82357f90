using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rpc;

namespace Quickwater.Fuzz;

/// <summary>Broken clients, against the server's session and methods that answer in every way, often with a good client beside them.</summary>
internal abstract class RpcServerTarget : SessionTarget, IRpcAuthenticator
{
    protected const string Token = "right", LateToken = "late-right";

    private const int AnsweredBase = 4096;
    private const int AnsweredPerByte = 100; // the shortest call of a stream, with all its items

    // Small, so that they are reached.
    private static readonly RpcLimits Limits = new()
    {
        BodyBytesMax = RpcWork.BodyBytesMax,
        InFlightPerConnectionMax = 4,
        InFlightMax = 5,
        OutputBytesMax = 4096,
        StreamCreditMax = 1024,
        AccessTimeout = TimeSpan.FromSeconds(30), // with the steps of time here, that is seldom
    };

    private readonly RpcWork _work = new();
    private readonly List<uint> _asked = []; // by the session under test, of who it may be
    private string _late = "";

    /// <summary>Whether callers have to authenticate.</summary>
    protected abstract bool AsksWhoCalls { get; }

    /// <inheritdoc/>
    AccessDecision IRpcAuthenticator.Decide(string token, ConnectionInfo connection, IMailbox mailbox, uint correlation)
    {
        if (token.StartsWith("late", StringComparison.Ordinal))
        {
            _asked.Add(correlation);
            _late = token;
            return AccessDecision.Later;
        }

        return token == Token ? AccessDecision.AllowAs("right") : token.Length == 13 ? throw new NotSupportedException("planned") : AccessDecision.Deny(Reason.AccessDenied);
    }

    /// <summary>Whether the greeting of the form was accepted.</summary>
    protected abstract bool IsPast(RpcServerSession session, RpcServer server, int form);

    /// <inheritdoc/>
    protected sealed override FuzzOutcome Play(Rng rng, int form, byte[] input)
    {
        _asked.Clear();
        _work.Begin(rng);
        var server = new RpcServer(_work.Methods, Limits, World.Hub.Buffers, AsksWhoCalls ? this : null);
        var good = rng.Chance(0.25) ? new RpcGoodPeer(Open(server), rng, World.Hub.Buffers, AsksWhoCalls ? Token : null) : null;
        good?.GoOn(SessionFeed.Start);
        var session = Open(server);
        var feed = new SessionFeed(rng);
        var now = SessionFeed.Start;
        var why = feed.Play(session, input, () =>
        {
            CheckBounds(server);
            return session.HeldBytes + _work.HeldBytes;
        }, at =>
        {
            now = at;
            _work.GoOn();
            Decide(session, rng, now);
            good?.GoOn(now);
        });
        Check(feed.Sent <= AnsweredBase + (AnsweredPerByte * (long)input.Length), $"it answered {feed.Sent} bytes to {input.Length}");
        good?.Finish(_work, now);
        _work.Finish();
        Check(server.Stats is { InFlight: 0, Connections: 0 }, $"something is left: {server.Stats}");
        return new FuzzOutcome(why, IsPast(session, server, form));
    }

    private RpcServerSession Open(RpcServer server) => (RpcServerSession)server.Create(World.Peer, World, SessionFeed.Start);

    private void CheckBounds(RpcServer server) => Check(
        server.Stats.InFlight <= Limits.InFlightMax && _work.Count <= Limits.InFlightMax, $"{server.Stats.InFlight} calls are in flight, {_work.Count} run");

    // The answer to a question that is out, sometimes after one that nobody waits for.
    private void Decide(RpcServerSession session, Rng rng, Instant now)
    {
        if (_asked.Count == 0 || session.Ended != Reason.None || rng.Chance(0.5))
        {
            return;
        }

        var correlation = _asked[^1];
        _asked.RemoveAt(_asked.Count - 1);
        session.Handle(Command.Answer(correlation + 1, Reason.None, "nobody"), now);
        session.Handle(_late == LateToken ? Command.Answer(correlation, Reason.None, _late) : Command.Answer(correlation, Reason.AccessDenied), now);
    }
}
