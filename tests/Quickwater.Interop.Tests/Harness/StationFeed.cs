namespace Quickwater.Interop.Tests;

/// <summary>
/// What a test plays to a station by standard input: noise that anyone can check, chunk by chunk, no faster than real time and no further ahead of those
/// who listen than a second. So the stream is the clock of the test, and a machine that is too slow has a slower stream instead of lost chunks.
/// </summary>
internal sealed class StationFeed
{
    /// <summary>Bytes in a chunk: 20 ms of two channels of 16 bits at 44.1 kHz, 176 KB/s.</summary>
    public const int ChunkBytes = 882 * 4;

    /// <summary>The format, as a station's setting <c>raw</c> has it.</summary>
    public const string Raw = "s16/44100/2";

    private const int AheadMax = 50;
    private const int PeriodBytes = 1_000_003;
    private static readonly TimeSpan s_chunk = TimeSpan.FromMilliseconds(20);

    private readonly byte[] _noise = new byte[PeriodBytes + ChunkBytes];

    public StationFeed()
    {
        new Random(7).NextBytes(_noise.AsSpan(0, PeriodBytes));
        _noise.AsSpan(0, ChunkBytes).CopyTo(_noise.AsSpan(PeriodBytes));
    }

    /// <summary>Chunks fed so far.</summary>
    public long Fed { get; private set; }

    /// <summary>The samples of a chunk.</summary>
    public ReadOnlyMemory<byte> Chunk(long sequence) => _noise.AsMemory((int)(sequence * ChunkBytes % PeriodBytes), ChunkBytes);

    /// <summary>Feeds until that is enough.</summary>
    /// <param name="input">The server's standard input.</param>
    /// <param name="readers">Those who must keep up.</param>
    /// <param name="isEnough">Asked between chunks.</param>
    /// <param name="within">When to give up.</param>
    public async Task PlayAsync(Stream input, IReadOnlyCollection<SocketListener> readers, Func<bool> isEnough, TimeSpan within)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var beat = new PeriodicTimer(s_chunk);
        while (!isEnough())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < within, $"the stream goes on; {Fed} chunks were fed, the slowest has {readers.Min(one => one.Chunks)}");
            if (readers.All(one => one.Last >= Fed - AheadMax))
            {
                await input.WriteAsync(Chunk(Fed));
                await input.FlushAsync();
                Fed++;
            }

            await beat.WaitForNextTickAsync();
        }
    }
}
