using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Quickwater.Core;

namespace Quickwater.Net.Tests;

/// <summary>Collects what a server reports.</summary>
internal sealed class ServerLog : ITcpServerEvents
{
    private readonly Channel<ITransport> _accepted = Channel.CreateUnbounded<ITransport>();
    private readonly Channel<Reason> _refused = Channel.CreateUnbounded<Reason>();
    private readonly Channel<Reason> _failing = Channel.CreateUnbounded<Reason>();
    private readonly Channel<Exception> _faults = Channel.CreateUnbounded<Exception>();
    private readonly Channel<long> _recovered = Channel.CreateUnbounded<long>();

    /// <summary>What to do with an accepted transport before it is reported.</summary>
    public Action<ITransport>? OnAccepted { get; set; }

    public int Failures { get; private set; }

    public Task<ITransport> AcceptedAsync() => Next(_accepted);

    public Task<Reason> RefusedAsync() => Next(_refused);

    public Task<Exception> FaultAsync() => Next(_faults);

    public Task<Reason> FailingAsync() => Next(_failing);

    public Task<long> RecoveredAsync() => Next(_recovered);

    void ITcpServerEvents.Accepted(ITransport transport)
    {
        OnAccepted?.Invoke(transport);
        _accepted.Writer.TryWrite(transport);
    }

    void ITcpServerEvents.AcceptedToTell(ITransport transport, Reason why) => _accepted.Writer.TryWrite(transport);

    void ITcpServerEvents.Refused(IPEndPoint remote, Reason why) => _refused.Writer.TryWrite(why);

    void IAcceptEvents.AcceptFailing(Reason why, SocketError error)
    {
        Failures++;
        _failing.Writer.TryWrite(why);
    }

    void IAcceptEvents.Faulted(IPEndPoint? remote, Exception fault) => _faults.Writer.TryWrite(fault);

    void IAcceptEvents.AcceptRecovered(long failures) => _recovered.Writer.TryWrite(failures);

    private static Task<T> Next<T>(Channel<T> channel) => channel.Reader.ReadAsync().AsTask().WaitAsync(Completions.Patience);
}
