namespace Quickwater.Audio;

/// <summary>
/// What a client knows of the server's clock, from pings and their answers: offset and delay of each as in RFC 5905, section 8. The sample with the
/// least delay among the latest ones is the one believed, as its offset is off by at most half its delay. Two clients that believe in samples of the
/// same network play within the sum of these halves. Not thread-safe.
/// </summary>
public sealed class ServerClock
{
    // The quick ones and 40 s more at one every 5 s: long enough for a quiet moment of the network, short enough that clocks have not drifted by a millisecond.
    private const int SamplesMax = 16;

    private readonly (long Offset, long Delay)[] _samples = new (long, long)[SamplesMax];
    private int _next;

    /// <summary>Samples taken.</summary>
    public long Samples { get; private set; }

    /// <summary>Microseconds that the server's clock is ahead of this one; 0 before the first sample.</summary>
    public long OffsetMicroseconds { get; private set; }

    /// <summary>Microseconds there and back, of the sample that is believed.</summary>
    public long DelayMicroseconds { get; private set; }

    /// <summary>Takes an answer that came at a local time. One that cannot be true is ignored.</summary>
    /// <param name="pong">The answer.</param>
    /// <param name="receivedMicroseconds">When it came, on this clock.</param>
    public void Add(in Pong pong, long receivedMicroseconds)
    {
        // Times are the peer's to choose: differences wrap, and what they give is only believed when it makes sense.
        var there = unchecked(pong.ReceivedMicroseconds - pong.SentMicroseconds);
        var back = unchecked(pong.AnsweredMicroseconds - receivedMicroseconds);
        var delay = unchecked((receivedMicroseconds - pong.SentMicroseconds) - (pong.AnsweredMicroseconds - pong.ReceivedMicroseconds));
        if (delay < 0 || pong.AnsweredMicroseconds < pong.ReceivedMicroseconds || receivedMicroseconds < pong.SentMicroseconds)
        {
            return;
        }

        _samples[_next] = ((there / 2) + (back / 2), delay);
        _next = (_next + 1) % SamplesMax;
        Samples++;
        var best = _samples[0];
        for (var i = 1; i < Math.Min(Samples, SamplesMax); i++)
        {
            best = _samples[i].Delay < best.Delay ? _samples[i] : best;
        }

        (OffsetMicroseconds, DelayMicroseconds) = best;
    }

    /// <summary>A local time on the server's clock.</summary>
    public long ToServer(long localMicroseconds) => unchecked(localMicroseconds + OffsetMicroseconds);

    /// <summary>A time of the server's clock on this one: when to play what has that time, plus the same delay for all clients.</summary>
    public long ToLocal(long serverMicroseconds) => unchecked(serverMicroseconds - OffsetMicroseconds);
}
