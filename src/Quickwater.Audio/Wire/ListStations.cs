namespace Quickwater.Audio;

/// <summary>A client's question for the stations. It has no body.</summary>
public readonly record struct ListStations : IAudioBody
{
    /// <inheritdoc/>
    public AudioMessageType Type => AudioMessageType.List;

    /// <inheritdoc/>
    public int Bytes => 0;

    /// <inheritdoc/>
    public void Write(Span<byte> body)
    {
    }
}
