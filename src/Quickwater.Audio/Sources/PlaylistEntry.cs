namespace Quickwater.Audio;

/// <summary>One line of a playlist.</summary>
/// <param name="Location">Where it is, as the playlist says it: <see cref="PlaylistLocation"/> makes paths of it.</param>
/// <param name="Title">What the playlist calls it; empty when it does not.</param>
public readonly record struct PlaylistEntry(string Location, string Title);
