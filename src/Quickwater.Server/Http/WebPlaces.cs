using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>Who may connect to one HTTP listener: within its own limits and those of the whole server. Thread-safe.</summary>
/// <param name="system">The listener's name, for people.</param>
/// <param name="own">The listener's own books.</param>
/// <param name="descriptors">The books of all connections.</param>
/// <param name="memory">What connections count against.</param>
/// <param name="isReserved">Whether it has places that are kept for it alone, as administration has.</param>
/// <param name="log">Where it tells whom it refused.</param>
/// <param name="faulted">Told of what was thrown while it accepted; it must not throw.</param>
/// <param name="time">The clock.</param>
internal sealed class WebPlaces(
    string system, AcceptLedger own, DescriptorLedger descriptors, MemoryBudget memory, bool isReserved, ILogger log,
    Action<ConnectionInfo, Exception> faulted, TimeProvider time) : IAcceptEvents
{
    // Kestrel's pipes and objects.
    private const int ConnectionBytes = 16 * 1024;

    private readonly ConcurrentDictionary<Reason, long> _refused = new();

    /// <summary>Connections that were refused, by reason.</summary>
    public IReadOnlyDictionary<Reason, long> Refused => _refused;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Enters a connection; null when it is refused. The holder is given to <see cref="Leave"/> when it is closed.</summary>
    public MemoryHolder? TryEnter(IPEndPoint remote)
    {
        var why = own.TryEnter(remote.Address);
        if (why == Reason.None)
        {
            why = isReserved ? descriptors.TryEnterReserved() : descriptors.TryEnter(remote.Address);
            if (why == Reason.None)
            {
                var holder = memory.Enter(remote.Address);
                holder.Take(ConnectionBytes);
                return holder;
            }

            own.Leave(remote.Address);
        }

        _refused.AddOrUpdate(why, 1, static (_, count) => count + 1);
        Log.Refused(log, system, remote, why.Text(), why.Tag());
        return null;
    }

    /// <summary>A connection that was entered is closed: once for each.</summary>
    public void Leave(IPEndPoint remote, MemoryHolder holder)
    {
        holder.Give(ConnectionBytes);
        memory.Leave(holder);
        if (isReserved)
        {
            descriptors.LeaveReserved();
        }
        else
        {
            descriptors.Leave(remote.Address);
        }

        own.Leave(remote.Address);
    }

    /// <inheritdoc/>
    public void AcceptFailing(Reason why, SocketError error) => Log.AcceptFailing(log, system, why.Text(), why.Tag());

    /// <inheritdoc/>
    public void AcceptRecovered(long failures) => Log.AcceptRecovered(log, system, failures);

    /// <inheritdoc/>
    public void Faulted(IPEndPoint? remote, Exception fault) => faulted(ConnectionInfo.OfThread($"{system} accepting"), fault);
}
