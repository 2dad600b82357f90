namespace Quickwater.Audio;

/// <summary>What a client does with what it hears. Called within its session's turn, in the order of the wire; must not block or throw.</summary>
public interface IAudioSink
{
    /// <summary>
    /// Whether it can take no more for now. Nothing is read from the server then, which makes this client skip by its rules for those who lag; the
    /// sink wakes the connection when it has room again. Asked before each message.
    /// </summary>
    bool IsFull => false;

    /// <summary>The server accepted.</summary>
    void Accepted(in Accept accept);

    /// <summary>The chunks that follow are of this format.</summary>
    void Format(in FormatNotice format);

    /// <summary>A chunk, in order. Its samples are valid within the call.</summary>
    void Chunk(in AudioChunk chunk);

    /// <summary>What is playing from the next chunk on.</summary>
    void Titled(string title);

    /// <summary>Something happened to the stream or to the connection.</summary>
    void Noticed(in Notice notice);

    /// <summary>The stations, after <see cref="AudioClientOptions.ListsStations"/>: all of them.</summary>
    void Listed(IReadOnlyList<StationEntry> stations);
}
