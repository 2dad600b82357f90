namespace Quickwater.Audio;

/// <summary>One station of a list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">What is playing; empty when that is not known.</param>
/// <param name="Format">Its format; invalid while it is off the air.</param>
/// <param name="Listeners">Who listens now, by all protocols.</param>
/// <param name="IsLive">Whether it is on the air.</param>
public readonly record struct StationEntry(string Name, string Title, AudioFormat Format, int Listeners, bool IsLive)
{
    internal int Bytes =>
        13 + BodyWriter.TextBytes(Name, AudioWire.TextBytesMax) + BodyWriter.TextBytes(Title, AudioWire.TextBytesMax);
}
