using System.Text.Json;

namespace Quickwater.Rpc;

/// <summary>
/// What a client's connection says before its first call: who calls, and whether the server has the extensions; and what came of it. Belongs to the turn, but
/// <see cref="Mode"/> and <see cref="Refusal"/>.
/// </summary>
internal sealed class RpcClientGreeting
{
    /// <summary>The id of the question for the extensions; calls have the others.</summary>
    public const uint HelloId = 0;

    /// <summary>The id of the request that says who calls.</summary>
    public const uint AuthenticateId = uint.MaxValue;

    private readonly string? _token;
    private volatile RpcClientMode _mode;
    private volatile RpcError? _refusal;
    private RpcClientMode _agreed; // what is spoken once the server has answered everything
    private bool _admitted; // the server knows who calls, or asks nobody

    public RpcClientGreeting(RpcClientOptions options)
    {
        _token = options.Token;
        _admitted = _token is null;
        _agreed = options.Extensions ? RpcClientMode.Asking : RpcClientMode.Base;
        _mode = _admitted ? _agreed : RpcClientMode.Asking;
    }

    /// <summary>What is spoken. Thread-safe.</summary>
    public RpcClientMode Mode => _mode;

    /// <summary>Why this server cannot be called, if it cannot: it did not accept the token, or speaks another protocol. Thread-safe.</summary>
    public RpcError? Refusal => _refusal;

    /// <summary>Calls that the server takes at once.</summary>
    public int InFlightMax { get; private set; } = int.MaxValue;

    /// <summary>Longest body of a call that the server takes.</summary>
    public int BodyBytesMax { get; private set; } = int.MaxValue;

    /// <summary>Nobody can be called there.</summary>
    public void Refuse(RpcError why) => _refusal = why with { MayHaveRun = false };

    /// <summary>Writes both requests, in one send: the server reads the second when it has decided about the first.</summary>
    public void Write(RpcOutput output)
    {
        if (_token is not null)
        {
            output.Begin(AuthenticateId);
            output.Write("{\"method\":\"rpc.authenticate\",\"params\":{\"token\":\""u8);
            output.Write(JsonEncodedText.Encode(_token).EncodedUtf8Bytes);
            output.Write("\"}}"u8);
            output.End();
        }

        if (_agreed == RpcClientMode.Asking)
        {
            output.Begin(HelloId);
            output.Write("{\"method\":\"rpc.hello\",\"params\":{\"version\":1}}"u8);
            output.End();
        }
    }

    /// <summary>Takes an answer. False when the server refuses to be called.</summary>
    public bool TryTake(uint id, ReadOnlySpan<byte> body)
    {
        var read = RpcJsonAnswer.TryRead(body, out var answer);
        switch (id)
        {
            case AuthenticateId when !read:
                Refuse(new RpcError(RpcErrorCode.MalformedAnswer, "The answer to the token breaks the protocol."));
                break;
            case AuthenticateId when answer.Error is null or { Code: RpcErrorCode.MethodNotFound }: // a server that does not know the request asks nobody
                _admitted = true;
                break;
            case AuthenticateId:
                Refuse(answer.Error);
                break;
            case HelloId:
                Agree(answer);
                break;
        }

        _mode = _admitted ? _agreed : RpcClientMode.Asking;
        return _refusal is null;
    }

    // A server that does not know the question answers with an error: it speaks the base protocol.
    private void Agree(in RpcJsonAnswer answer)
    {
        _agreed = RpcClientMode.Base;
        if (answer.Error is null && RpcMethods.TryRead(answer.Result, RpcJson.Default.HelloResult, out var hello, out _))
        {
            _agreed = RpcClientMode.Extended;
            InFlightMax = Math.Max(1, hello.InFlightMax);
            BodyBytesMax = hello.BodyBytesMax > 0 ? hello.BodyBytesMax : int.MaxValue; // a server may leave it out
        }
    }
}
