using System.Collections.ObjectModel;
using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>What a media session shows of itself to the outside, whatever its protocol. Safe to read from any thread.</summary>
public interface IMediaSession
{
    /// <summary>The state, in the words of the protocol's state machine.</summary>
    string State { get; }

    /// <summary>The topic it publishes, if it does.</summary>
    Topic? Publishes { get; }

    /// <summary>Its place as a viewer, if it is one; the first if there are several.</summary>
    Subscription? Views { get; }

    /// <summary>What in its input broke a rule and was let pass, by name, and how often. Empty for a protocol that lets nothing pass.</summary>
    IReadOnlyDictionary<string, long> Tolerated => ReadOnlyDictionary<string, long>.Empty;

    /// <summary>All that it publishes and views. A snapshot.</summary>
    IReadOnlyList<MediaPlace> Places => Publishes is null && Views is null ? [] : [new MediaPlace(Publishes, Views)];
}
