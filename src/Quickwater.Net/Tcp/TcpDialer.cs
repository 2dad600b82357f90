using System.Net;
using System.Net.Sockets;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// Makes connections. It tries every address of a name, alternating between the families, and starts the next attempt when one
/// fails or takes longer than 250 ms (RFC 8305); the first that connects wins. Thread-safe.
/// </summary>
public sealed class TcpDialer(LeakCounters leaks, TimeProvider time, EpollLoops? loops = null)
{
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250); // RFC 8305, section 5

    /// <summary>
    /// Connects to a name or address. Fails with <see cref="Reason.HostNotFound"/>, <see cref="Reason.ConnectionRefused"/> and the like of the
    /// first address, <see cref="Reason.TransportTimedOut"/> after <paramref name="timeout"/>, or
    /// <see cref="Reason.Cancelled"/>.
    /// </summary>
    public async Task<DialResult> DialAsync(string host, int port, TimeSpan timeout, CancellationToken cancel = default)
    {
        using var late = new CancellationTokenSource(timeout, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        var result = await DialAllAsync(host, port, ended.Token);
        return result.Transport is null && ended.IsCancellationRequested
            ? new DialResult(null, cancel.IsCancellationRequested ? Reason.Cancelled : Reason.TransportTimedOut)
            : result;
    }

    private async Task<DialResult> DialAllAsync(string host, int port, CancellationToken ended)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ended);
        }
        catch (SocketException e)
        {
            return new DialResult(null, SocketReasons.Of(e.SocketErrorCode));
        }
        catch (Exception e) when (e is OperationCanceledException or ArgumentException)
        {
            return new DialResult(null, Reason.HostNotFound);
        }

        return addresses.Length == 0 ? new DialResult(null, Reason.HostNotFound)
            : await RaceAsync([.. Alternate(addresses).Select(one => new IPEndPoint(one, port))], ended);
    }

    private async Task<DialResult> RaceAsync(IPEndPoint[] targets, CancellationToken ended)
    {
        using var decided = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var running = new List<Task<Attempt>>();
        Socket? winner = null;
        var firstFailure = Reason.None;
        for (var started = 0; winner is null && (running.Count > 0 || started < targets.Length);)
        {
            if (started < targets.Length)
            {
                running.Add(ConnectAsync(targets[started++], decided.Token));
            }

            var over = await FirstOverAsync(running, started < targets.Length, ended);
            if (over < 0)
            {
                continue;
            }

            var attempt = await running[over];
            running.RemoveAt(over);
            winner = attempt.Socket;
            firstFailure = firstFailure == Reason.None ? attempt.Why : firstFailure;
        }

        await decided.CancelAsync();
        foreach (var task in running)
        {
            // A second winner in the same moment is not needed.
            (await task).Socket?.Dispose();
        }

        if (winner is null)
        {
            return new DialResult(null, firstFailure);
        }

        Reason why;
        ITransport? transport = loops is null
            ? TcpTransport.Adopt(winner, leaks, owner: null, out why) : loops.Adopt(winner, leaks, owner: null, out why);
        return new DialResult(transport, why);
    }

    // Which attempt is over first, or -1 when it is time for the next one to start.
    private async Task<int> FirstOverAsync(List<Task<Attempt>> running, bool mayStartAnother, CancellationToken ended)
    {
        var any = Task.WhenAny(running);
        if (!mayStartAnother)
        {
            return running.IndexOf(await any);
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var delay = Task.Delay(AttemptDelay, time, enough.Token);
        var first = await Task.WhenAny(any, delay);
        await enough.CancelAsync();
        await delay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return first == any ? running.IndexOf(await any) : -1;
    }

    private static async Task<Attempt> ConnectAsync(IPEndPoint target, CancellationToken cancel)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(target, cancel);
            return new Attempt(socket, Reason.None);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            socket?.Dispose();
            return new Attempt(null, e is SocketException failure ? SocketReasons.Of(failure.SocketErrorCode) : Reason.Cancelled);
        }
    }

    private static IEnumerable<IPAddress> Alternate(IPAddress[] addresses)
    {
        // The resolver's order says which family comes first (RFC 6724).
        var first = addresses.Where(one => one.AddressFamily == addresses[0].AddressFamily).ToArray();
        var other = addresses.Except(first).ToArray();
        for (var i = 0; i < Math.Max(first.Length, other.Length); i++)
        {
            if (i < first.Length)
            {
                yield return first[i];
            }

            if (i < other.Length)
            {
                yield return other[i];
            }
        }
    }

    private readonly record struct Attempt(Socket? Socket, Reason Why);
}
