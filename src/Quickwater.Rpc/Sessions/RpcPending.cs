using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>A call under way, as its connection keeps it. Ordered by when something is due.</summary>
internal sealed class RpcPending(uint id, bool extended, Instant due, long order)
{
    private readonly long _order = order;

    /// <summary>Its id on the wire.</summary>
    public uint Id { get; } = id;

    /// <summary>Whether it is answered in the extended form.</summary>
    public bool Extended { get; } = extended;

    /// <summary>When its time is up, or a sleep over.</summary>
    public Instant Due { get; } = due;

    /// <summary>The call that a method works on; null for a sleep.</summary>
    public RpcCall? Call { get; set; }

    /// <summary>For a sleep: the milliseconds to tell, or null when its time is up before.</summary>
    public long? Slept { get; init; }

    /// <summary>Whether the caller has its answer, though the method may still work.</summary>
    public bool Answered { get; set; }

    /// <summary>Where it stands among those that are due: <see cref="RpcDues"/> writes it.</summary>
    public int Place { get; set; }

    /// <summary>Whether it is due before another; of one time, the earlier begun is.</summary>
    public bool IsBefore(RpcPending other) => Due == other.Due ? _order < other._order : Due < other.Due;
}
