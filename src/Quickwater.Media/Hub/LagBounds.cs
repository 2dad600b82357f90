using System.Numerics;
using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// Whether a viewer is too far behind. A joiner is catching up until it first meets the live edge, and has bounds of its own until then: it
/// would otherwise be dropped to the key it came from, for ever. Under the topic's lock.
/// </summary>
internal struct LagBounds(SubscribeOptions options, Instant joined)
{
    private const int UnsentBytesMin = 8 * 1024;
    private const int UnsentBytesUsual = 64 * 1024; // a whole batch
    private static readonly TimeSpan UnsentTimeMax = TimeSpan.FromMilliseconds(500);

    private int _unsentBytes;

    /// <summary>Whether the live edge was met, or the time for that is over.</summary>
    internal bool HasCaughtUp { get; private set; }

    /// <summary>The viewer has everything there is.</summary>
    internal void MetLiveEdge() => HasCaughtUp = true;

    /// <summary>Which bound the viewer exceeds; <see cref="Reason.None"/> if it exceeds none.</summary>
    /// <param name="lag">From its place to the live edge.</param>
    /// <param name="timeMax">The bound in time that applies: that of video, or of audio when there is nothing else.</param>
    /// <param name="bytesPerSecond">The topic's rate, for what the operating system holds.</param>
    /// <param name="batch">Knows what the operating system holds; null while a send is under way, which says enough.</param>
    /// <param name="now">The present instant.</param>
    internal Reason Exceeded(in Lag lag, TimeSpan timeMax, long bytesPerSecond, SendBatch? batch, Instant now)
    {
        if (!HasCaughtUp)
        {
            if (now - joined <= options.CatchUpMax && lag.Bytes <= options.CatchUpBytesMax)
            {
                return Reason.None;
            }

            HasCaughtUp = true;
            if (lag.Time > timeMax)
            {
                return lag.Bytes > options.CatchUpBytesMax ? Reason.LagBytesExceeded : Reason.CatchUpTimeout;
            }
        }

        if (lag.Bytes > options.LagBytesMax)
        {
            return Reason.LagBytesExceeded;
        }

        // What the operating system holds unacknowledged is lag as well; it is asked only when the viewer is behind at all.
        var behind = lag.Time > options.BatchTimeMax
            && (lag.Time > timeMax || lag.Time + KernelLag(bytesPerSecond, batch) > timeMax);
        return behind ? Reason.LagTimeExceeded : Reason.None;
    }

    /// <summary>Why disposable pictures are left out already; <see cref="Reason.None"/> as long as the viewer is near enough.</summary>
    internal readonly Reason Thins(in Lag lag) => !HasCaughtUp || lag.IsCalm(options) ? Reason.None
        : lag.Bytes > options.LagBytesMax / 2 ? Reason.LagBytesExceeded : Reason.LagTimeExceeded;

    /// <summary>
    /// How many bytes the kernel may hold unsent: half a second of the stream, once its rate is known, and for a viewer with a short bound
    /// a quarter of that. They are beyond dropping.
    /// </summary>
    internal int UnsentBytes(long bytesPerSecond)
    {
        var time = options.LagTimeMax / 4;
        var wanted = Math.Clamp(
            bytesPerSecond * (time < UnsentTimeMax ? time : UnsentTimeMax).TotalSeconds,
            time < UnsentTimeMax ? UnsentBytesMin : UnsentBytesUsual, int.MaxValue / 2);
        if (wanted > _unsentBytes || wanted < _unsentBytes / 4)
        {
            _unsentBytes = (int)BitOperations.RoundUpToPowerOf2((ulong)wanted); // so that it does not follow every wobble
        }

        return _unsentBytes;
    }

    private static TimeSpan KernelLag(long bytesPerSecond, SendBatch? batch) => bytesPerSecond <= 0 || batch is null
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds(Math.Min(3600.0, batch.UnacknowledgedBytes / (double)bytesPerSecond));
}
