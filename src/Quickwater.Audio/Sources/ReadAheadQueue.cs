using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>
/// Samples that a worker has read ahead for a station: bounded, in order with the changes of format and title between them. One worker writes, one
/// station reads, on any threads.
/// </summary>
public sealed class ReadAheadQueue : IAudioSource
{
    // Changes that wait to be read; tracks of a playlist that are shorter than the buffer.
    private const int MarksMax = 64;

    private readonly Lock _lock = new();
    private readonly byte[] _ring;
    private readonly Queue<(long At, AudioFormat Format, string Title, string Origin)> _marks = new();
    private readonly Action _roomMade;
    private IMailbox? _reader;
    private long _written;
    private long _read;
    private long _origin; // what is written from there on begins at the ring's first byte
    private bool _starving;
    private bool _full;
    private bool _live;
    private bool _disposed;
    private Reason _end;

    /// <summary>Makes an empty one.</summary>
    /// <param name="bytesMax">Bytes of samples held at most; at least a few chunks.</param>
    /// <param name="roomMade">
    /// Told, on the reader's thread, that a full queue is half empty or that nobody reads it any more. Must not block.
    /// </param>
    public ReadAheadQueue(int bytesMax, Action roomMade)
    {
        _ring = new byte[bytesMax];
        _roomMade = roomMade;
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; private set; }

    /// <inheritdoc/>
    public string Title { get; private set; } = "";

    /// <inheritdoc/>
    public string Origin { get; private set; } = "";

    /// <inheritdoc/>
    public Reason Ended { get; private set; }

    /// <inheritdoc/>
    public bool IsReady
    {
        get
        {
            lock (_lock)
            {
                return _written > _read || _marks.Count > 0 || _end != Reason.None;
            }
        }
    }

    /// <summary>Up to the next change of format or title; zero unless <see cref="IsLive"/>.</summary>
    public TimeSpan Backlog
    {
        get
        {
            lock (_lock)
            {
                var until = _marks.TryPeek(out var mark) ? mark.At : _written;
                return _live && Format.IsValid ? Format.TimeOf((until - _read) / Format.BytesPerFrame) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Whether what the worker reads comes as time passes, so that what waits is late. False before it is set.</summary>
    public bool IsLive
    {
        get => Volatile.Read(ref _live);
        set => Volatile.Write(ref _live, value);
    }

    /// <summary>Whether nobody reads any more.</summary>
    public bool IsDisposed
    {
        get
        {
            lock (_lock)
            {
                return _disposed;
            }
        }
    }

    /// <summary>Bytes held now.</summary>
    public int Held
    {
        get
        {
            lock (_lock)
            {
                return (int)(_written - _read);
            }
        }
    }

    /// <inheritdoc/>
    public void Bind(IMailbox reader)
    {
        lock (_lock)
        {
            _reader = reader;
        }
    }

    /// <summary>Worker: what follows is of this format and title, and comes from there. False when there is no room now.</summary>
    public bool Change(AudioFormat format, string title, string origin = "")
    {
        lock (_lock)
        {
            if (_marks.Count >= MarksMax)
            {
                _full = true;
                return false;
            }

            _marks.Enqueue((_written, format, title, origin));
        }

        WakeReader();
        return true;
    }

    /// <summary>Worker: adds samples, whole sample frames of the latest format. Returns how many bytes were taken: 0 when there is no room now.</summary>
    public int Write(ReadOnlySpan<byte> samples)
    {
        int count;
        lock (_lock)
        {
            _origin = _written == _read ? _written : _origin; // a queue that is empty again and again stays in the cache
            count = (int)Math.Min(samples.Length, _ring.Length - (_written - _read));
            var at = PlaceOf(_written);
            var first = Math.Min(count, _ring.Length - at);
            samples[..first].CopyTo(_ring.AsSpan(at));
            samples[first..count].CopyTo(_ring);
            _written += count;
            _full |= count < samples.Length;
        }

        WakeReader();
        return count;
    }

    /// <summary>Worker: nothing follows. The first reason wins.</summary>
    public void End(Reason why)
    {
        lock (_lock)
        {
            _end = _end == Reason.None ? why : _end;
        }

        WakeReader();
    }

    /// <inheritdoc/>
    public SourceStatus Read(Span<byte> destination, Instant now, out int bytes)
    {
        SourceStatus status;
        bool made;
        lock (_lock)
        {
            status = Take(destination, out bytes);
            made = _full && status is (SourceStatus.Data or SourceStatus.Changed) && _written - _read <= _ring.Length / 2;
            _full &= !made;
        }

        if (made)
        {
            _roomMade();
        }

        return status;
    }

    /// <summary>The reader is gone: the worker is told.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            Ended = Ended == Reason.None ? Reason.Disposed : Ended;
        }

        _roomMade();
    }

    private SourceStatus Take(Span<byte> destination, out int bytes)
    {
        bytes = 0;
        var until = _written;
        if (_marks.TryPeek(out var mark))
        {
            if (mark.At == _read)
            {
                _marks.Dequeue();
                (Format, Title, Origin) = (mark.Format, mark.Title, mark.Origin);
                return SourceStatus.Changed;
            }

            until = mark.At;
        }

        if (_read < until)
        {
            bytes = (int)Math.Min(until - _read, destination.Length);
            bytes -= bytes % Format.BytesPerFrame;
            if (bytes > 0)
            {
                Copy(destination[..bytes]);
                return SourceStatus.Data;
            }
        }
        else if (_end != Reason.None)
        {
            Ended = _end;
            return SourceStatus.Ended;
        }

        _starving = true;
        return SourceStatus.Starved;
    }

    private void Copy(Span<byte> destination)
    {
        var at = PlaceOf(_read);
        var first = Math.Min(destination.Length, _ring.Length - at);
        _ring.AsSpan(at, first).CopyTo(destination);
        _ring.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
        _read += destination.Length;
    }

    private int PlaceOf(long position) => (int)((position - _origin) % _ring.Length);

    private void WakeReader()
    {
        IMailbox? reader;
        lock (_lock)
        {
            reader = _starving ? _reader : null;
            _starving = false;
        }

        reader?.Wake();
    }
}
