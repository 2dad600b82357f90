using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>A connection that has to authenticate and has not: its attempts, one at a time, and its deadlines. Belongs to the turn. docs/states/rpc.md.</summary>
internal sealed class RpcLogin(RpcServer server, IRpcAuthenticator authenticator, ConnectionInfo connection, IMailbox mailbox, Instant opened)
{
    private readonly Instant _end = opened + server.Limits.AuthenticationTimeout;
    private Instant _answerBy = Instant.Never; // never while nothing was asked
    private uint _correlation;
    private bool _settled; // the answer is there and was not told yet
    private Reason _refusal;
    private int _failures;

    /// <summary>What every call but the protocol's own is answered with.</summary>
    public static RpcError Unauthenticated { get; } = new(RpcErrorCode.Unauthenticated, "Authenticate first, with rpc.authenticate.");

    /// <summary>What who has authenticated is answered with.</summary>
    public static RpcError Twice { get; } = new(RpcErrorCode.InvalidRequest, "This connection has authenticated.");

    /// <summary>When <see cref="Tick"/> is to be asked: while an answer is out only its own time counts, since the caller did its part.</summary>
    public Instant Deadline => _answerBy == Instant.Never ? _end : _answerBy;

    /// <summary>The name of the caller, once it is accepted.</summary>
    public string Caller { get; private set; } = "";

    /// <summary>Why the connection ends after the attempt that was just answered; none while it may try again.</summary>
    public Reason Exhausted => _failures >= server.Limits.AttemptsPerConnectionMax ? Reason.TooManyAttempts : Reason.None;

    /// <summary>
    /// One attempt: asks, or takes the answer to what was asked. False while it is out: then it is called again with the same parameters. Otherwise the error to answer
    /// with, or null for a yes.
    /// </summary>
    public bool TryDecide(ReadOnlySpan<byte> parameters, Instant now, out RpcError? error)
    {
        error = null;
        if (!_settled && _answerBy == Instant.Never && !Ask(parameters, now, out error))
        {
            return true;
        }

        if (!_settled)
        {
            return false;
        }

        _settled = false;
        error = Error();
        return true;
    }

    /// <summary>The late answer; one to an earlier question is ignored.</summary>
    public void Answered(in Command answer, Instant now)
    {
        if (_answerBy != Instant.Never && answer.Correlation == _correlation)
        {
            Report(answer.Payload as Exception);
            Settle(answer.Reason, answer.Payload as string, now);
        }
    }

    /// <summary>Gives up waiting for an answer, or tells why the connection ends: it has not authenticated in time.</summary>
    public Reason Tick(Instant now)
    {
        if (now < Deadline)
        {
            return Reason.None;
        }

        if (_answerBy == Instant.Never)
        {
            return Reason.AuthenticationTimeout;
        }

        Settle(Reason.AccessTimeout, null, now);
        return Reason.None;
    }

    /// <summary>The connection is over.</summary>
    public void Abandon(Reason why)
    {
        if (_answerBy != Instant.Never)
        {
            _answerBy = Instant.Never;
            server.Attempted?.Invoke(connection, null, why);
        }
    }

    // False when it is no attempt.
    private bool Ask(ReadOnlySpan<byte> parameters, Instant now, out RpcError? error)
    {
        if (!RpcMethods.TryRead(parameters, RpcJson.Default.AuthenticateParams, out var given, out error))
        {
            return false;
        }

        if (given.Token is not { Length: > 0 and <= RpcTokens.TokenCharactersMax } token)
        {
            error = new RpcError(RpcErrorCode.InvalidParams, $"A token has 1 to {RpcTokens.TokenCharactersMax} characters.");
            return false;
        }

        if (server.Attempts.Refuses(connection.Remote.Address, now))
        {
            Settle(Reason.TooManyAttempts, null, now);
            return true;
        }

        try
        {
            var decision = authenticator.Decide(token, connection, mailbox, ++_correlation);
            if (decision.IsKnown)
            {
                Settle(decision.Refusal, decision.Identity, now);
            }
            else
            {
                _answerBy = now + server.Limits.AccessTimeout;
            }
        }
        catch (Exception fault)
        {
            Report(fault);
            Settle(Reason.LocalFault, null, now);
        }

        return true;
    }

    private void Report(Exception? fault)
    {
        if (fault is not null)
        {
            server.Faulted?.Invoke(RpcBuiltIns.Authenticate.Name, fault);
        }
    }

    // A yes that comes when the address is refused is none: otherwise who asks many times at once could try more secrets than the limit.
    private void Settle(Reason refusal, string? name, Instant now)
    {
        var address = connection.Remote.Address;
        _refusal = refusal == Reason.None && server.Attempts.Refuses(address, now) ? Reason.TooManyAttempts : refusal;
        _answerBy = Instant.Never;
        _settled = true;
        Caller = name ?? "";
        if (Reasons.Describe(_refusal).Fault == Fault.Policy && _refusal != Reason.AccessTimeout)
        {
            server.Attempts.Failed(address, now);
        }

        server.Attempted?.Invoke(connection, _refusal == Reason.None ? Caller : null, _refusal);
    }

    private RpcError? Error()
    {
        _failures += _refusal == Reason.None ? 0 : 1;
        return _refusal switch
        {
            Reason.None => null,
            Reason.TooManyAttempts => new RpcError(RpcErrorCode.TooManyAttempts, "Too many failed attempts came from your address: try again later."),
            Reason.AccessTimeout => new RpcError(RpcErrorCode.DeadlineExceeded, "It could not be told in time who you are."),
            Reason.LocalFault => RpcServerCalls.Failed,
            _ => new RpcError(RpcErrorCode.Unauthenticated, "The token is not accepted."),
        };
    }
}
