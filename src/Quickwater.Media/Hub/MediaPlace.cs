using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>One thing that a media session does: it publishes a topic, or views one.</summary>
/// <param name="Publishes">The topic it publishes, if it does.</param>
/// <param name="Views">Its place as a viewer, if it is one.</param>
/// <param name="Identity">Whom the access policy takes it for, if it said.</param>
public readonly record struct MediaPlace(Topic? Publishes, Subscription? Views, string? Identity = null);
