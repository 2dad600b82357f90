using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Fuzz;

/// <summary>A server with one station on virtual time, for one input. What it plays is drawn: it may change its format, or end.</summary>
internal sealed class AudioStudio
{
    private static readonly byte[] Samples = [.. Enumerable.Range(0, 8000).Select(static i => (byte)i)];
    private readonly ITicked _station;
    private Instant _now = SessionFeed.Start - TimeSpan.FromSeconds(1); // so that there is something to burst

    /// <summary>Makes it, for a client that sends so many bytes.</summary>
    public AudioStudio(World world, Rng rng, int received)
    {
        var format = new AudioFormat(AudioEncoding.U8, 1, 8000);
        var source = new MemorySource(format, Samples, "A title", loops: true);
        var kind = rng.Below(10);
        IAudioSource played = kind switch
        {
            0 => new MemorySource(format, Enumerable.Repeat(Samples, 2).SelectMany(static bytes => bytes).ToArray(), "It ends", loops: false),
            1 => new FallbackSource(
                new MemorySource(format, Enumerable.Repeat(Samples, 2).SelectMany(static bytes => bytes).ToArray(), "It changes", loops: false),
                new MemorySource(AudioTape.Format, Samples, "", loops: true), TimeSpan.Zero),
            _ => source,
        };
        EndsByItself = kind == 0;
        Server = new AudioServer(world.Hub, new StationRegister([Station = new Station(world.Hub, StationOptions, played)]), new AudioServerOptions
        {
            Limits = new ConnectionLimits
            {
                ReceivedBytesPerSecondMax = Math.Max(1000, received), SentBytesPerSecondMax = rng.Chance(0.3) ? 48_000 : null,
            },
            BatchBytesMax = 4096,
        });
        _station = Station;
        Play(SessionFeed.Start, null);
    }

    public static StationOptions StationOptions { get; } = new() { Name = AudioTape.Station, Chunk = TimeSpan.FromMilliseconds(60) };

    /// <summary>Whether its station may come to its end.</summary>
    public bool EndsByItself { get; }

    public Station Station { get; }

    public AudioServer Server { get; }

    /// <summary>Publishes what is due, in turns; <paramref name="heard"/> hears of each.</summary>
    public void Play(Instant until, Action<Instant>? heard)
    {
        while (Station.Ended == Reason.None)
        {
            var next = _station.Tick(_now);
            heard?.Invoke(_now);
            if (_now >= until && next > until)
            {
                return;
            }

            var step = _now + TimeSpan.FromMilliseconds(500);
            _now = Instant.Earlier(until, next > step ? next : step);
        }

        _station.Stop(Station.Ended, until);
    }

    /// <summary>Ends it, and says what is wrong with the books; null when they add up.</summary>
    public string? Close(Instant now)
    {
        _station.Stop(Reason.Disposed, now);
        var books = Station.Listeners;
        return Server.Clients.Count != 0 || books.Now != 0 ? $"{Server.Clients.Count} clients and {books.Now} listeners are left"
            : books.Closed.Values.Sum() != books.Opened ? $"{books.Opened} listeners came and {books.Closed.Values.Sum()} went"
            : !Station.Totals.AddsUp ? $"the books do not add up: {Station.Totals}"
            : null;
    }

    /// <summary>The most that one listener can have been sent of it.</summary>
    public long BytesMax => Station.Stats.Bytes + (Station.Stats.Chunks * (AudioWire.HeaderBytes + AudioWire.AudioPrefixBytes));
}
