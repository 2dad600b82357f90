using System.Net;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>
/// One named stream: reads its source, cuts it into chunks of fixed size and publishes each when it is due by the monotonic clock. Its ticker gives it
/// turns; everything public may be used from any thread.
/// </summary>
public sealed class Station : ITicked
{
    /// <summary>The hub's track of the messages that tell the format, and of those that tell the title.</summary>
    internal const byte FormatTrack = 0, TitleTrack = 1;

    // Chunks published in one turn: what was missed is caught up over several turns, so that others run in between.
    private const int ChunksPerTurnMax = 64;

    // The last listener of those who are woken together may have its audio a quarter of the time after the first that passes until the next are woken.
    private const int PatiencePart = 4;

    // A source that starves wakes its reader; to look again in between is for what depends on time, such as a fallback.
    private static readonly TimeSpan s_retryOnAir = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_retryOffAir = TimeSpan.FromSeconds(1);

    private readonly Hub _hub;
    private readonly IAudioSource _source;
    private readonly Action<Station>? _changed;
    private readonly Ticker _ticker;
    private readonly TimeHistogram _late = new();
    private Pacer _pacer;
    private SlipReturn _return;
    private Publication? _publication;
    private SubscribeOptions? _place;
    private byte[] _chunk = new byte[AudioFormat.ChannelsMax * sizeof(int)]; // of one chunk, once the format is known
    private int _filled;
    private bool _published;
    private TimeSpan _gathered; // audio of the chunks that nobody was woken for yet
    private Instant _planned = Instant.Never;
    private Instant? _starvedSince;
    private long _sequence;
    private long _bytes;
    private long _starved;
    private long _slips;
    private TimeSpan _slipped;
    private TimeSpan _interval; // in which everybody is woken
    private TimeSpan _step; // from one part of the listeners to the next

    /// <summary>Makes a station that does nothing before <see cref="Start"/>. It owns the source from here on.</summary>
    /// <param name="hub">Where it publishes.</param>
    /// <param name="options">How it is served.</param>
    /// <param name="source">What it plays.</param>
    /// <param name="changed">Told when something else begins to be heard: at its time, not when it was read. Within the station's turn; must not block.</param>
    /// <exception cref="ArgumentException">The options are not valid; the message tells which and why.</exception>
    public Station(Hub hub, StationOptions options, IAudioSource source, Action<Station>? changed = null)
    {
        var faults = options.Validate().ToList();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        }

        _hub = hub;
        _source = source;
        _changed = changed;
        Options = options;
        _interval = _step = options.Chunk;
        Listeners = new ListenerLedger(options.ListenersMax);
        var nowhere = new IPEndPoint(IPAddress.None, 0);
        _ticker = new Ticker(hub.Engine, new ConnectionInfo(0, "audio-source", nowhere, nowhere), this);
    }

    /// <summary>How it is served.</summary>
    public StationOptions Options { get; }

    /// <summary>Its name, which is also its topic's.</summary>
    public string Name => Options.Name;

    /// <summary>The format on the air; not valid before the first.</summary>
    public AudioFormat Format { get; private set; }

    /// <summary>What is playing.</summary>
    public string Title { get; private set; } = "";

    /// <summary>Where that comes from: see <see cref="IAudioSource.Origin"/>.</summary>
    public string Origin { get; private set; } = "";

    /// <summary>Whether it is on the air.</summary>
    public bool IsLive => Volatile.Read(ref _publication) is not null;

    /// <summary>Why it will never be on the air again; <see cref="Reason.None"/> while it may.</summary>
    public Reason Ended { get; private set; }

    /// <summary>Whether it has let go of everything.</summary>
    public bool IsOver => _ticker.IsOver;

    /// <summary>The books of its listeners.</summary>
    public ListenerLedger Listeners { get; }

    /// <summary>Who listens now. A snapshot.</summary>
    public IReadOnlyList<Subscription> Audience => _hub.TryFind(Name, out var topic) ? topic.Viewers : [];

    /// <summary>What became of the frames offered to all its listeners.</summary>
    public ListenerTotals Totals => Listeners.Sum(Audience);

    /// <summary>How it plays.</summary>
    public StationStats Stats => new(
        Volatile.Read(ref _sequence), Volatile.Read(ref _bytes), Volatile.Read(ref _starved), Volatile.Read(ref _slips), _slipped, _return.Total, _interval,
        _late.Percentile(0.5), _late.Percentile(0.99), _late.Max);

    /// <summary>Starts to play.</summary>
    public void Start()
    {
        _source.Bind(_ticker);
        _ticker.Wake();
    }

    /// <summary>Ends it: what was published is still delivered, then its listeners are told and ended.</summary>
    public void Stop(Reason why) => _ticker.Stop(why);

    /// <summary>It as one line of a list.</summary>
    public StationEntry ToEntry() => new(Name, Title, Format, Listeners.Now, IsLive);

    /// <summary>
    /// The same, in the memory of whoever sat down before on these terms: a thousand listeners then look at the same few lines of the cache, not each at its own.
    /// </summary>
    internal SubscribeOptions Share(SubscribeOptions place)
    {
        if (Volatile.Read(ref _place) is { } known && known == place)
        {
            return known;
        }

        Volatile.Write(ref _place, place);
        return place;
    }

    /// <inheritdoc/>
    Instant ITicked.Tick(Instant now)
    {
        if (Ended != Reason.None)
        {
            return Instant.Never;
        }

        var next = Play(now);
        if (_published)
        {
            // What is no chunk is told at once.
            _publication?.Flush(now, _step / PatiencePart, _gathered == TimeSpan.Zero ? 1 : _gathered / _interval);
            (_published, _gathered) = (false, TimeSpan.Zero);
        }

        return next;
    }

    /// <inheritdoc/>
    void ITicked.Stop(Reason why, Instant now)
    {
        Ended = Ended == Reason.None ? why : Ended;
        GoOffAir(Ended);
        _source.Dispose();
    }

    // Publishes all that is due. Returns when to look again.
    private Instant Play(Instant now)
    {
        NoteLateness(now);
        for (var chunks = 0; chunks < ChunksPerTurnMax; chunks++)
        {
            if (IsLive && _pacer.Due > now)
            {
                return _planned = Plan();
            }

            switch (Fill(now))
            {
                case SourceStatus.Data when IsLive || TryGoOnAir(now):
                    PublishChunk(now);
                    break;
                case SourceStatus.Changed:
                    TakeChange(now);
                    break;
                case SourceStatus.Ended:
                    End(now);
                    return Instant.Never;
                default:
                    return Starve(now);
            }
        }

        return now;
    }

    // Chunks are gathered: the first of them waits for the last.
    private Instant Plan()
    {
        var chunk = Format.TimeOf(_chunk.Length / Format.BytesPerFrame); // 220 sample frames at 11025 Hz are a little less than 20 ms
        var listeners = Listeners.Now;
        _interval = FlushInterval.Of(chunk, Options.LatencyMax, listeners, Format.BytesPerSecond);
        _step = _interval / FlushInterval.Parts((int)(_interval / chunk), listeners);
        return _pacer.Due + (_step - chunk);
    }

    private void NoteLateness(Instant now)
    {
        if (_planned <= now)
        {
            _late.Add(now - _planned);
        }

        _planned = Instant.Never;
    }

    private SourceStatus Fill(Instant now)
    {
        while (_filled < _chunk.Length)
        {
            var status = _source.Read(_chunk.AsSpan(_filled), now, out var bytes);
            if (status != SourceStatus.Data)
            {
                return status;
            }

            if (!Format.IsValid)
            {
                throw new InvalidOperationException("A source gave samples before it told their format.");
            }

            _filled += bytes;
        }

        return SourceStatus.Data;
    }

    private bool TryGoOnAir(Instant now)
    {
        if (_hub.Publish(Name, _ticker.Info, _ticker, out var publication) != Reason.None || publication is null)
        {
            return false; // the hub is full; the observer of refusals is whoever configured it so
        }

        _pacer.Start(Format, now);
        _return.Start();
        Volatile.Write(ref _publication, publication);
        TellFormat(now);
        TellTitle(now);
        return true;
    }

    private void GoOffAir(Reason why)
    {
        var publication = _publication;
        Volatile.Write(ref _publication, null);
        publication?.End(why);
        _planned = Instant.Never;
    }

    private void TakeChange(Instant now)
    {
        if (_source.Format.IsValid && _source.Format != Format)
        {
            PublishRest(now);
            Format = _source.Format;
            _chunk = new byte[Format.FramesIn(Options.Chunk) * Format.BytesPerFrame];
            _filled = 0;
            if (IsLive)
            {
                _pacer.Change(Format);
                TellFormat(now);
            }
        }

        if (!string.Equals(_source.Title, Title, StringComparison.Ordinal))
        {
            Title = _source.Title;
            TellTitle(now);
        }

        Origin = _source.Origin;
        _changed?.Invoke(this);
    }

    // What the source did not give in time makes the station slip, until it is certain that it is not needed; what this side did late is caught up.
    private void PublishChunk(Instant now)
    {
        var late = now - _pacer.Due;
        if (late > TimeSpan.Zero && (_starvedSince is not null || late > Options.CatchUpMax))
        {
            _pacer.Slip(late);
            _slips++;
            _slipped += late;
            _return.Slipped(late, now);
        }

        _starvedSince = null;
        var due = _pacer.Due;
        PublishRest(now);
        if (_return.IsOwed)
        {
            _pacer.TakeBack(_return.Published(_source.Backlog - (now - due), _pacer.Due - due, now));
        }
    }

    // Publishes what is in the chunk, also when it is not full: at an end, and before another format.
    private void PublishRest(Instant now)
    {
        var bytes = _filled;
        _filled = 0;
        if (bytes == 0 || _publication is null)
        {
            return;
        }

        Span<byte> prefix = stackalloc byte[AudioWire.AudioPrefixBytes];
        AudioChunk.WritePrefix(prefix, _sequence, _pacer.Due.Ticks / TimeSpan.TicksPerMicrosecond);
        var payload = _hub.Buffers.Rent();
        payload.EnsureCapacity(prefix.Length + bytes);
        payload.Append(prefix);
        payload.Append(_chunk.AsSpan(0, bytes));
        Publish(FrameKind.Audio, FrameFlags.Key, payload, 0, now);
        _pacer.Advance(bytes / Format.BytesPerFrame);
        _gathered += Format.TimeOf(bytes / Format.BytesPerFrame);
        Volatile.Write(ref _sequence, _sequence + 1);
        Volatile.Write(ref _bytes, _bytes + bytes);
    }

    private void TellFormat(Instant now) =>
        Tell(AudioMessageWriter.ToArray(new FormatNotice(Format, _chunk.Length / Format.BytesPerFrame)), FormatTrack, now);

    private void TellTitle(Instant now)
    {
        if (IsLive)
        {
            Tell(AudioMessageWriter.ToArray(new Title(Title)), TitleTrack, now);
        }
    }

    private void Tell(byte[] message, byte track, Instant now)
    {
        var payload = _hub.Buffers.Rent();
        payload.Append(message);
        Publish(FrameKind.Data, FrameFlags.Config, payload, track, now);
    }

    private void Publish(FrameKind kind, FrameFlags flags, PooledBytes payload, byte track, Instant now)
    {
        var frame = _hub.Frames.Create(kind, flags, _pacer.Due.Ticks / TimeSpan.TicksPerMillisecond, payload, track);
        if (_publication is { } publication)
        {
            publication.Publish(frame, now);
            _published = true;
        }
        else
        {
            frame.Release();
        }
    }

    private Instant Starve(Instant now)
    {
        if (!IsLive)
        {
            return now + s_retryOffAir;
        }

        if (_starvedSince is null)
        {
            _starvedSince = now;
            (_published, _gathered) = (true, TimeSpan.Zero); // nothing follows for now: nobody is left waiting for the turn of his part
            Volatile.Write(ref _starved, _starved + 1);
        }

        if (now - _starvedSince.Value < Options.OffAirAfter)
        {
            return now + s_retryOnAir;
        }

        PublishRest(now);
        _starvedSince = null;
        GoOffAir(Reason.IdleTimeout);
        return now + s_retryOffAir;
    }

    // A short source may end before its first chunk is full.
    private void End(Instant now)
    {
        if (_filled > 0 && !IsLive)
        {
            TryGoOnAir(now);
        }

        PublishRest(now);
        Ended = _source.Ended == Reason.None ? Reason.Completed : _source.Ended;
        _ticker.Stop(Ended);
    }
}
