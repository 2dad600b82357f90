using Quickwater.Core;

namespace Quickwater.Audio.Tests;

/// <summary>A source whose samples can be told apart: byte number i of it is a function of i. It starves and ends when the test says so.</summary>
internal sealed class Pattern(AudioFormat format, long? frames = null) : IAudioSource
{
    public static readonly AudioFormat Speech = new(AudioEncoding.S16, 1, 48_000);

    private readonly Queue<(long At, AudioFormat Format, string Title)> _changes = new([(0, format, "")]);
    private IMailbox? _reader;
    private long _at;

    public AudioFormat Format { get; private set; }

    public string Title { get; private set; } = "";

    public Reason Ended { get; private set; }

    public bool IsReady => !Starving;

    /// <summary>Whether it has nothing to give.</summary>
    public bool Starving { get; private set; }

    public bool Disposed { get; private set; }

    public long BytesGiven => _at;

    public static byte At(long index) => (byte)((index * 31) ^ (index >> 8) ^ (index >> 16));

    public static byte[] Bytes(long from, long count)
    {
        var bytes = new byte[count];
        for (var i = 0L; i < count; i++)
        {
            bytes[i] = At(from + i);
        }

        return bytes;
    }

    /// <summary>From that byte on it is another.</summary>
    public Pattern ChangeAt(long at, AudioFormat to, string title)
    {
        _changes.Enqueue((at, to, title));
        return this;
    }

    public TimeSpan Backlog => TimeSpan.Zero;

    public void Starve() => Starving = true;

    public void Feed()
    {
        Starving = false;
        _reader?.Wake();
    }

    public void Bind(IMailbox reader) => _reader = reader;

    public SourceStatus Read(Span<byte> destination, Instant now, out int bytes)
    {
        bytes = 0;
        if (Starving)
        {
            return SourceStatus.Starved;
        }

        var until = frames * format.BytesPerFrame ?? long.MaxValue;
        if (_changes.TryPeek(out var change))
        {
            if (change.At == _at)
            {
                _changes.Dequeue();
                (Format, Title) = (change.Format, change.Title);
                return SourceStatus.Changed;
            }

            until = Math.Min(until, change.At);
        }

        if (_at == until)
        {
            Ended = Reason.Completed;
            return SourceStatus.Ended;
        }

        bytes = (int)Math.Min(destination.Length, until - _at);
        bytes -= bytes % Format.BytesPerFrame;
        for (var i = 0; i < bytes; i++)
        {
            destination[i] = At(_at + i);
        }

        _at += bytes;
        return SourceStatus.Data;
    }

    public void Dispose() => Disposed = true;
}
