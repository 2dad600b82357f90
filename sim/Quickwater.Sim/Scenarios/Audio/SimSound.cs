using System.Buffers.Binary;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// A source whose sample frames are numbered, so that a listener can tell what it hears. It starves now and then, changes its format or title, and
/// may end.
/// </summary>
internal sealed class SimSound : IAudioSource
{
    private readonly World _world;
    private readonly Rng _rng;
    private readonly double _starves;
    private readonly double _changes;
    private readonly long _length;
    private IMailbox? _reader;
    private bool _changed = true;
    private bool _starving;
    private long _given; // sample frames

    internal SimSound(World world, Rng rng)
    {
        _world = world;
        _rng = rng;
        _starves = rng.Chance(0.4) ? rng.Unit() * 0.01 : 0;
        _changes = rng.Chance(0.4) ? rng.Unit() * 0.01 : 0;
        _length = rng.Chance(0.2) ? rng.Between(10_000, 200_000) : long.MaxValue;
    }

    public AudioFormat Format { get; private set; }

    public string Title { get; private set; } = "";

    public Reason Ended { get; private set; }

    public bool IsReady => !_starving;

    internal bool Disposed { get; private set; }

    /// <summary>Whether it gives its samples in one format, without a break and for ever, so that its station must keep time.</summary>
    internal bool IsSteady => _starves == 0 && _changes == 0 && _length == long.MaxValue;


    public TimeSpan Backlog => TimeSpan.Zero;

    public void Bind(IMailbox reader) => _reader = reader;

    public SourceStatus Read(Span<byte> destination, Instant now, out int bytes)
    {
        bytes = 0;
        if (_starving)
        {
            return SourceStatus.Starved;
        }

        if (_changed || _rng.Chance(_changes))
        {
            _changed = false;
            Format = new AudioFormat(AudioEncoding.S32, 1, _rng.Chance(0.5) && Format.IsValid ? Format.Rate : _rng.Between(1000, 8000));
            Title = $"track {_rng.Below(1000)}";
            return SourceStatus.Changed;
        }

        if (_rng.Chance(_starves))
        {
            _starving = true;
            _world.Marks.Hit("source-starved");
            _world.Time.After(_rng.UpTo(TimeSpan.FromSeconds(3)), Feed);
            return SourceStatus.Starved;
        }

        if (_given >= _length)
        {
            Ended = Reason.Completed;
            return SourceStatus.Ended;
        }

        for (; bytes + sizeof(int) <= destination.Length && _given < _length; bytes += sizeof(int))
        {
            BinaryPrimitives.WriteInt32LittleEndian(destination[bytes..], (int)_given++);
        }

        return SourceStatus.Data;
    }

    public void Dispose() => Disposed = true;

    private void Feed()
    {
        _starving = false;
        _reader?.Wake();
    }
}
