using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>Samples in memory, once or for ever: a tune that comes with a program, a pattern that a test knows.</summary>
/// <param name="format">Their format.</param>
/// <param name="samples">Whole sample frames, at least one.</param>
/// <param name="title">What is playing.</param>
/// <param name="loops">Whether it begins anew at the end.</param>
public sealed class MemorySource(AudioFormat format, ReadOnlyMemory<byte> samples, string title, bool loops) : IAudioSource
{
    private int _at;

    /// <inheritdoc/>
    public AudioFormat Format { get; private set; }

    /// <inheritdoc/>
    public string Title => title;

    /// <inheritdoc/>
    public Reason Ended { get; private set; }

    /// <inheritdoc/>
    public bool IsReady => Ended == Reason.None;

    /// <inheritdoc/>
    public TimeSpan Backlog => TimeSpan.Zero;

    /// <inheritdoc/>
    public void Bind(IMailbox reader)
    {
    }

    /// <inheritdoc/>
    public SourceStatus Read(Span<byte> destination, Instant now, out int bytes)
    {
        bytes = 0;
        if (!Format.IsValid)
        {
            Format = format;
            return SourceStatus.Changed;
        }

        if (_at == samples.Length)
        {
            if (!loops)
            {
                Ended = Reason.Completed;
                return SourceStatus.Ended;
            }

            _at = 0;
        }

        bytes = Math.Min(destination.Length, samples.Length - _at);
        bytes -= bytes % Format.BytesPerFrame;
        samples.Span.Slice(_at, bytes).CopyTo(destination);
        _at += bytes;
        return SourceStatus.Data;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
