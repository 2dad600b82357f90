namespace Quickwater.Server;

/// <summary>One file that a source names.</summary>
/// <param name="Paths">Where it may be, in the order in which to look; none for an address in a network.</param>
/// <param name="Title">What the playlist calls it; empty when nobody does.</param>
/// <param name="Name">How the source names it.</param>
internal sealed record SourceTrack(IReadOnlyList<string> Paths, string Title, string Name)
{
    /// <summary>The path that is there, else the first.</summary>
    public string Path => Paths.FirstOrDefault(System.IO.Path.Exists) ?? (Paths.Count > 0 ? Paths[0] : Name);

    /// <summary>A file that is named by its path.</summary>
    public static SourceTrack Of(string path) => new([path], "", path);
}
