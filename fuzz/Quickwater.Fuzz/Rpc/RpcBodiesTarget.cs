using System.Text;
using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Fuzz;

/// <summary>Bodies on their own: base requests and answers, calls, parameters of the protocol's own methods, and what a client makes of a greeting.</summary>
internal sealed class RpcBodiesTarget() : CodecTarget([.. Json.Select(Encoding.UTF8.GetBytes), .. Calls])
{
    private const double BelievedShare = 0.5;
    private readonly RpcMethodTable _methods = new RpcServer(new RpcWork().Methods, new RpcLimits(), new PooledBytes.Pool(new LeakCounters())).Methods;

    /// <inheritdoc/>
    public override string Name => "rpc-bodies";

    /// <inheritdoc/>
    public override string Description => "bodies of requests, answers, calls and greetings";

    private static string[] Json =>
    [
        "{\"method\":\"echo\",\"params\":{\"a\":[1,2.5e3,null,true,{\"b\":\"\\ud83d\\ude00\\n\"}]},\"id\":\"x\"}",
        "{\"m\\ud83d\\ude00\":{\"x\":[]},\"method\":\"\\u0065ch\\u006f\\ud83d\\ude00\",\"params\":null}",
        "{\"method\":\"rpc.authenticate\",\"params\":{\"token\":\"r\\u0069ght\\ud83d\\ude00\"}}",
        "{\"ms\":25}", "{\"version\":1}", "{\"token\":\"r\\u0069ght\\ud83d\\ude00\"}",
        "{\"x\":1,\"result\":{\"version\":1,\"bodyBytesMax\":1048576,\"inFlightMax\":16384,\"streamCreditMax\":1048576}}",
        "{\"err\\u006fr\":{\"code\":-32601,\"message\":\"There is no m\\ud83d\\ude00thod.\",\"data\":[1]}}",
    ];

    private static byte[][] Calls =>
    [
        new RpcTape().Call(1, "echo", "{\"a\":1}"u8, deadline: 5000, credit: 900, trace: true).Bytes[RpcHeader.Bytes..],
        new RpcTape().Call(1, "later", [1, 2, 3], RpcEncoding.Binary, trace: true).Bytes[RpcHeader.Bytes..],
        new RpcTape().Call(1, "items", [1, 2, 3], RpcEncoding.Binary, credit: 7).Bytes[RpcHeader.Bytes..],
    ];

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var refused = RpcJsonRequest.Read(input, _methods, out var request);
        Check(refused is null ? Lies(request.Params, input) || request.Params.SequenceEqual("null"u8) : refused.Message.Length < 200, "the parameters lie elsewhere");
        if (RpcJsonAnswer.TryRead(input, out var answer))
        {
            Check(answer.Error is not null || Lies(answer.Result, input), "the result lies elsewhere");
        }

        RpcBuiltIns.ReadSleep(input, new RpcLimits(), out var milliseconds);
        Check(milliseconds <= 30_000, $"it sleeps {milliseconds} ms");
        RpcMethods.TryRead(input, RpcJson.Default.AuthenticateParams, out _, out _);
        Greet(input, rng.Chance(BelievedShare) ? RpcClientGreeting.HelloId : RpcClientGreeting.AuthenticateId);
        return ReadCall(input) || refused is null ? Reason.None : Reason.MalformedMessage;
    }

    private static void Greet(byte[] input, uint id)
    {
        var greeting = new RpcClientGreeting(new RpcClientOptions { Token = id == RpcClientGreeting.AuthenticateId ? "t" : null });
        Check(greeting.TryTake(id, input) == (greeting.Refusal is null), "it refuses without an error");
        Check(greeting.InFlightMax > 0 && (greeting.Mode != RpcClientMode.Extended || id == RpcClientGreeting.HelloId), "it agreed to what was not said");
    }

    // What it says is written as it was read.
    private static bool ReadCall(byte[] input)
    {
        if (input.Length == 0 || input[0] != (byte)RpcFrameKind.Call || !RpcCallBody.TryRead(input, out var call))
        {
            return false;
        }

        var head = new byte[RpcCallBody.HeadBytesMax];
        var length = call.WriteHead(head);
        Check(length + call.Payload.Length == input.Length || !call.Trace.IsValid, "it is written longer or shorter than it was");
        Check(!call.Trace.IsValid || head.AsSpan(0, length).SequenceEqual(input.AsSpan(0, length)), "it is written otherwise than it was read");
        return true;
    }

    private static bool Lies(ReadOnlySpan<byte> part, byte[] input) => part.IsEmpty || input.AsSpan().Overlaps(part);
}
