namespace Quickwater.Audio;

/// <summary>A whole message as it was read. The body is valid until the next call to the reader.</summary>
/// <param name="type">The first byte of its header; may be a type that is not known.</param>
/// <param name="body">What follows the header.</param>
public readonly ref struct AudioMessage(AudioMessageType type, ReadOnlySpan<byte> body)
{
    /// <summary>The first byte of its header; may be a type that is not known.</summary>
    public AudioMessageType Type { get; } = type;

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;
}
