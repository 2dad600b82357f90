using System.Net;
using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>The viewers of a topic who came when it had no publisher, until there is one: each has a place in <see cref="Hub.Waiters"/>. Under the topic's lock.</summary>
internal sealed class WaitingViewers(PlaceLedger places)
{
    private readonly HashSet<Subscription> _viewers = [];

    /// <summary>Takes a place for who is about to join.</summary>
    internal Reason TryEnter(IMailbox viewer) => places.TryEnter(AddressOf(viewer));

    /// <summary>A viewer has joined; one that has to wait has a place.</summary>
    internal void Joined(Subscription viewer)
    {
        if (!viewer.JoinedLive)
        {
            _viewers.Add(viewer);
        }
    }

    /// <summary>A viewer leaves: one that has waited all the time gives its place back.</summary>
    internal void Leave(Subscription viewer)
    {
        if (_viewers.Remove(viewer))
        {
            places.Leave(AddressOf(viewer.Mailbox));
        }
    }

    /// <summary>A publisher has come. They are viewers from now on, also when it leaves.</summary>
    internal void Clear()
    {
        foreach (var viewer in _viewers)
        {
            places.Leave(AddressOf(viewer.Mailbox));
        }

        _viewers.Clear();
    }

    // A viewer's mailbox is its connection, when an engine runs it.
    private static IPAddress? AddressOf(IMailbox viewer) => (viewer as Connection)?.Info.Remote.Address;
}
