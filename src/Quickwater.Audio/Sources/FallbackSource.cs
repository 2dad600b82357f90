using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>
/// A source with another behind it, which plays while the first gives nothing: it starved for a while, or it is over. When the first gives something
/// again, it plays again. The other one goes on where it was left.
/// </summary>
/// <param name="first">The one that is wanted.</param>
/// <param name="second">The one that stands in.</param>
/// <param name="patience">How long the first may starve before the second stands in.</param>
public sealed class FallbackSource(IAudioSource first, IAudioSource second, TimeSpan patience) : IAudioSource
{
    private Instant? _starvedSince;

    /// <inheritdoc/>
    public AudioFormat Format => Playing.Format;

    /// <inheritdoc/>
    public string Title => Playing.Title;

    /// <inheritdoc/>
    public string Origin => Playing.Origin;

    /// <inheritdoc/>
    public Reason Ended => first.Ended != Reason.None && second.Ended != Reason.None ? first.Ended : Reason.None;

    /// <inheritdoc/>
    public bool IsReady => first.IsReady || second.IsReady;

    /// <inheritdoc/>
    public TimeSpan Backlog => Playing.Backlog;

    /// <summary>Whether the second one plays.</summary>
    public bool StandsIn { get; private set; }

    /// <summary>How often the second one stood in.</summary>
    public long Fallbacks { get; private set; }

    private IAudioSource Playing => StandsIn ? second : first;

    /// <inheritdoc/>
    public void Bind(IMailbox reader)
    {
        first.Bind(reader);
        second.Bind(reader);
    }

    /// <inheritdoc/>
    public SourceStatus Read(Span<byte> destination, Instant now, out int bytes)
    {
        if (StandsIn && first.Ended == Reason.None && first.IsReady)
        {
            return SwitchTo(first, destination, now, out bytes);
        }

        var status = Playing.Read(destination, now, out bytes);
        if (status is SourceStatus.Data or SourceStatus.Changed)
        {
            _starvedSince = null;
            return status;
        }

        _starvedSince ??= now;
        if (!StandsIn && second.Ended == Reason.None
            && (status == SourceStatus.Ended || (now - _starvedSince >= patience && second.IsReady)))
        {
            Fallbacks++;
            return SwitchTo(second, destination, now, out bytes);
        }

        return Ended != Reason.None ? SourceStatus.Ended : SourceStatus.Starved;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }

    // What the other one plays is news to the reader, whether or not it is to the source itself.
    private SourceStatus SwitchTo(IAudioSource other, Span<byte> destination, Instant now, out int bytes)
    {
        StandsIn = ReferenceEquals(other, second);
        _starvedSince = null;
        bytes = 0;
        return other.Format.IsValid ? SourceStatus.Changed : other.Read(destination, now, out bytes);
    }
}
