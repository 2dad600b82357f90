namespace Quickwater.Audio;

/// <summary>The body of a message, ready to be written.</summary>
public interface IAudioBody
{
    /// <summary>The type in its header.</summary>
    AudioMessageType Type { get; }

    /// <summary>Bytes that <see cref="Write"/> will write.</summary>
    int Bytes { get; }

    /// <summary>Writes the body into a span of exactly that length.</summary>
    void Write(Span<byte> body);
}
