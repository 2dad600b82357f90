using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// Which publication a viewer is in, and with which configurations: the borders between them are told in order with the frames. Under the topic's
/// lock.
/// </summary>
internal struct PublicationFollower(bool live, int epoch, bool tellsConfigs)
{
    private bool _live = live;

    /// <summary>Number of the publication.</summary>
    internal int Epoch { get; private set; } = epoch;

    /// <summary>Why the last one ended.</summary>
    internal Reason EndReason { get; private set; }

    /// <summary>The configurations that were told of last.</summary>
    internal ConfigSet ToldConfig { get; private set; } = ConfigSet.Empty;

    /// <summary>What the viewer must be told before it goes on to an entry; null if there is no border between.</summary>
    internal FillStatus? Meet(in WireRing.Entry entry)
    {
        if (!entry.IsEnd && entry.Epoch == Epoch)
        {
            return tellsConfigs && !ReferenceEquals(ToldConfig, entry.Config) ? Configure(entry.Config) : null;
        }

        if (_live)
        {
            // The end itself, or a new publisher's frame although the end is lost behind the ring.
            EndReason = entry.IsEnd ? entry.EndReason : Reason.StreamEnded;
            _live = false;
            return FillStatus.StreamEnded;
        }

        if (entry.IsEnd)
        {
            return null; // told already, or of a publication of which no frame is left
        }

        Epoch = entry.Epoch;
        _live = true;
        return FillStatus.StreamStarted;
    }

    private FillStatus Configure(ConfigSet config)
    {
        ToldConfig = config;
        return FillStatus.Configured;
    }
}
