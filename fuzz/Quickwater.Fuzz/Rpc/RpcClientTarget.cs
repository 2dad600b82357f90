using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rpc;

namespace Quickwater.Fuzz;

/// <summary>Broken servers, against a client's session with calls of every kind: each of them must end once, whatever comes.</summary>
internal sealed class RpcClientTarget : SessionTarget
{
    private const int SentBase = 2048; // the calls themselves
    private const int SentPerByte = 4; // credit for items

    /// <inheritdoc/>
    public override string Name => "rpc-client";

    /// <inheritdoc/>
    public override string Description => "servers, against a client that calls";

    /// <inheritdoc/>
    public override int InputsInCi => 120_000;

    private static byte[] Welcome { get; } =
        new RpcTape().Base(RpcClientGreeting.HelloId, "{\"result\":{\"version\":1,\"bodyBytesMax\":8192,\"inFlightMax\":100,\"streamCreditMax\":1048576}}").Bytes;

    private static byte[] Known { get; } = new RpcTape().Base(RpcClientGreeting.AuthenticateId, "{\"result\":{\"name\":\"me\"}}").Bytes;

    private static byte[] Stranger { get; } = new RpcTape().Base(RpcClientGreeting.HelloId, "{\"error\":{\"code\":-32601,\"message\":\"no\"}}").Bytes;

    protected override SessionTape[] Record() =>
    [
        new(Welcome, ExtendedAnswers()), new([.. Known, .. Welcome], ExtendedAnswers()), new(Stranger, BaseAnswers()), new([.. Known, .. Stranger], BaseAnswers()),
    ];

    protected override FuzzOutcome Play(Rng rng, int form, byte[] input)
    {
        var options = new RpcClientOptions { Token = form is 1 or 3 ? "secret\u0007\"" : null, BodyBytesMax = RpcWork.BodyBytesMax, InFlightMax = 8 };
        var client = new RpcClientSession(options, World.Hub.Buffers);
        var session = (RpcClientSession)client.Create(World.Peer, World, SessionFeed.Start);
        Call[] calls =
        [
            new(session, "echo", RpcEncoding.Json), new(session, "echo", RpcEncoding.Binary), new(session, "items", RpcEncoding.Json) { Credit = 100 },
            new(session, "echo", RpcEncoding.Json) { Deadline = SessionFeed.Start + TimeSpan.FromSeconds(5) }, new(session, "stuck", RpcEncoding.Json),
            new(session, "items", RpcEncoding.Binary) { Credit = 100, Trace = RpcTape.Trace }, new(session, "late\u00fc\"", RpcEncoding.Json),
        ];
        Check(calls.All(session.TryCall), "it takes no calls");
        var open = false;
        var feed = new SessionFeed(rng) { Border = GreetingBytes(form) };
        var why = feed.Play(session, input, () =>
        {
            open |= session.Mode != RpcClientMode.Asking && session.Refusal is null;
            return session.HeldBytes;
        }, _ =>
        {
            if (rng.Chance(0.1))
            {
                session.Cancel(calls[rng.Below(calls.Length)]);
            }
        });
        Check(feed.Sent <= SentBase + (SentPerByte * (long)input.Length), $"it sent {feed.Sent} bytes for {input.Length}");
        Check(calls.All(static call => call.Ends == 1), $"calls ended {string.Join(", ", calls.Select(static call => call.Ends))} times");
        Check(session.InFlight == 0 && !session.TakesCalls && !session.TryCall(calls[0]), "it is over and has calls, or takes one");
        return new FuzzOutcome(why, open);
    }

    private static byte[] ExtendedAnswers() => new RpcTape()
        .Result(1, "{\"x\":1}"u8)
        .Item(3, "[1,2,3]"u8)
        .Error(4, RpcErrorCode.InternalError, "The method f\u00e4iled.")
        .Item(6, [1, 2, 3, 4], RpcEncoding.Binary)
        .Item(6, new byte[30], RpcEncoding.Binary)
        .Result(2, [1, 2], RpcEncoding.Binary)
        .Item(3, new byte[40])
        .Result(99, "1"u8) // nobody waits for it
        .Item(3, "5"u8)
        .Item(6, new byte[10], RpcEncoding.Binary)
        .Result(3, "null"u8)
        .Frame(0, [(byte)RpcFrameKind.Drain, 0, 0, 0, 7])
        .Result(6, [], RpcEncoding.Binary)
        .Result(7, new byte[4200])
        .Bytes;

    private static byte[] BaseAnswers() => new RpcTape()
        .Base(1, "{\"result\":{\"a\":[1,\"\\ud83d\\ude00\"]}}")
        .Base(4, "{\"error\":{\"code\":-32603,\"message\":\"The m\\ud83d\\ude00thod failed.\"}}")
        .Base(99, "{\"result\":1}")
        .Base(7, "{\"other\":[],\"result\":null}")
        .Bytes;

    // Counts its ends, and gives credit back for what it got.
    private sealed class Call(RpcClientSession session, string method, RpcEncoding encoding)
        : RpcOutgoing(method, "[1]"u8.ToArray(), encoding)
    {
        private long _granted;
        private long _taken;

        public int Ends { get; private set; }

        protected internal override void Completed(ReadOnlySpan<byte> result) => Ends++;

        protected internal override void Failed(RpcError error)
        {
            Ends++;
            Check(error.ToString().Length > 0, "an error says nothing");
        }

        protected internal override void Item(ReadOnlySpan<byte> item, int cost)
        {
            _taken += cost;
            Check(Ends == 0 && _taken <= Credit + _granted, $"an item came behind the end, or {_taken} bytes for a credit of {Credit + _granted}");
            _granted += cost;
            session.AddCredit(this, cost);
        }
    }
}
