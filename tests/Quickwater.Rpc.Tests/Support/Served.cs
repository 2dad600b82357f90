using System.Text.Json.Serialization;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>A server's session under a <see cref="Driver"/>, with methods for tests: <c>held</c>, <c>stream</c>, <c>add</c>, <c>throw</c>, <c>big</c>, <c>bytes</c>, <c>soon</c>.</summary>
internal sealed class Served : IDisposable
{
    public Served(RpcLimits? limits = null, bool hello = false, bool tellsFaults = true, IRpcAuthenticator? authenticator = null, MemoryBudget? memory = null,
        bool isCounted = true)
    {
        var methods = new RpcMethods()
            .MapLater("held", RpcPayloads.Json | RpcPayloads.Binary, Held)
            .MapLater("stream", RpcPayloads.Json | RpcPayloads.Binary, Stream, streams: true)
            .MapLater("broken", RpcPayloads.Json, new Broken())
            .MapLater("soon", RpcPayloads.Binary, new Soon())
            .MapInline("add", TestJson.Default.Pair, TestJson.Default.Sum, static pair => pair.A < 0
                ? new RpcError((RpcErrorCode)7, "a \"is\" negative") : pair.A == 0 ? default(RpcResult<Sum>) : new Sum(pair.A + pair.B))
            .MapInline("throw", RpcPayloads.Json, static (in RpcRequest asked, RpcResponse answer) =>
            {
                answer.Write("half of"u8);
                throw new InvalidOperationException("a fault");
            })
            .MapInline("big", RpcPayloads.Json | RpcPayloads.Binary, static (in RpcRequest asked, RpcResponse answer) => answer.Write(new byte[2000]))
            .MapInline("bytes", RpcPayloads.Binary, (in RpcRequest asked, RpcResponse answer) =>
            {
                (Trace, Deadline, Encoding, Caller) = (asked.Trace, asked.Deadline, asked.Encoding, answer.Caller);
                asked.Payload.CopyTo(answer.GetSpan(asked.Payload.Length));
                answer.Advance(asked.Payload.Length);
            });
        Driver = new Driver(buffers => new RpcServer(methods, limits ?? new RpcLimits(), buffers, authenticator)
        {
            Faulted = tellsFaults ? (method, fault) => Faults.Add($"{method}: {fault.Message}") : null,
            Attempted = tellsFaults ? (_, name, refusal) => Attempts.Add((name, refusal)) : null,
        }, memory: memory, isCounted: isCounted);
        if (hello)
        {
            Driver.Feed(Frame.Base(0, "rpc.hello", """{"version":1}"""));
            Driver.Frames();
        }
    }

    public Driver Driver { get; }

    public RpcServer Server => (RpcServer)Driver.Factory;

    public Held Held { get; } = new();

    public Held Stream { get; } = new();

    public List<string> Faults { get; } = [];

    public List<(string? Name, Reason Refusal)> Attempts { get; } = [];

    public string? Caller { get; private set; }

    public RpcTraceContext Trace { get; private set; }

    public Instant Deadline { get; private set; }

    public RpcEncoding Encoding { get; private set; }

    /// <summary>Sends it and gives the frames that came back.</summary>
    public List<Frame> Ask(params byte[][] frames)
    {
        Driver.Feed([.. frames.SelectMany(frame => frame)]);
        return Driver.Frames();
    }

    /// <summary>Sends it and gives the one answer's text.</summary>
    public string AskOne(byte[] frame) => Assert.Single(Ask(frame)).Text;

    public void Dispose()
    {
        Held.AnswerAll();
        Stream.AnswerAll();
        Driver.Dispose();
        Assert.Equal(0, Server.Stats.InFlight);
        Assert.Equal(0, Server.Stats.Connections);
    }

    private sealed class Soon : IRpcHandler
    {
        public void Start(RpcCall call) => call.Complete(call.Payload.Span);
    }

    private sealed class Broken : IRpcHandler
    {
        public void Start(RpcCall call) => throw new InvalidOperationException("a fault at its start");
    }
}

internal sealed record Pair(int A, int B);

internal sealed record Sum(int Value);

[JsonSerializable(typeof(Pair))]
[JsonSerializable(typeof(Sum))]
internal sealed partial class TestJson : JsonSerializerContext;
