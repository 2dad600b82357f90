namespace Quickwater.Server;

/// <summary>The values of <c>rtmp.latency</c>.</summary>
public enum LatencyChoice
{
    /// <summary>A viewer starts at the latest keyframe and may lag.</summary>
    Normal,

    /// <summary>A viewer is kept near the live edge, and waits for the next keyframe rather than lag.</summary>
    Low,
}
