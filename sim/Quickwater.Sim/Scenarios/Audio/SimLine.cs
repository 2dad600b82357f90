using System.Buffers.Binary;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// A live source whose sample frames are numbered: blocks of them come as time passes, each as late as the seed draws, and none while it is held.
/// What was held comes at once, as it does out of a network.
/// </summary>
public sealed class SimLine : IAudioSource
{
    private readonly World _world;
    private readonly Rng _rng;
    private readonly AudioFormat _format;
    private readonly TimeSpan _block;
    private readonly TimeSpan _jitter;
    private IMailbox? _reader;
    private TimeSpan _began;
    private long _blocks;
    private long _made; // sample frames
    private long _ready;
    private long _given;
    private bool _held;

    /// <summary>Makes one that begins when a station takes it.</summary>
    /// <param name="world">Where it is.</param>
    /// <param name="rng">Draws how late each block comes.</param>
    /// <param name="rate">Sample frames a second, of one channel and 32 bits.</param>
    /// <param name="block">Audio in a block.</param>
    /// <param name="jitter">How late a block comes at most.</param>
    public SimLine(World world, Rng rng, int rate, TimeSpan block, TimeSpan jitter) =>
        (_world, _rng, _format, _block, _jitter) = (world, rng, new AudioFormat(AudioEncoding.S32, 1, rate), block, jitter);

    /// <inheritdoc/>
    public AudioFormat Format { get; private set; }

    /// <inheritdoc/>
    public string Title => "track line";

    /// <inheritdoc/>
    public Reason Ended => Reason.None;

    /// <inheritdoc/>
    public bool IsReady => _ready > _given;

    /// <inheritdoc/>
    public TimeSpan Backlog => _format.TimeOf(_ready - _given);

    /// <summary>Whether its station let go of it.</summary>
    public bool Disposed { get; private set; }

    /// <summary>Nothing comes for a time.</summary>
    public void Hold(TimeSpan time)
    {
        _held = true;
        _world.Time.After(time, () =>
        {
            _held = false;
            Give();
        });
    }

    /// <inheritdoc/>
    public void Bind(IMailbox reader)
    {
        _reader = reader;
        _began = _world.Time.Elapsed;
        Appoint();
    }

    /// <inheritdoc/>
    public SourceStatus Read(Span<byte> destination, Instant now, out int bytes)
    {
        bytes = 0;
        if (!Format.IsValid)
        {
            Format = _format;
            return SourceStatus.Changed;
        }

        for (; bytes + sizeof(int) <= destination.Length && _given < _ready; bytes += sizeof(int))
        {
            BinaryPrimitives.WriteInt32LittleEndian(destination[bytes..], (int)_given++);
        }

        return bytes > 0 ? SourceStatus.Data : SourceStatus.Starved;
    }

    /// <inheritdoc/>
    public void Dispose() => Disposed = true;

    // A block that comes late holds back those behind it.
    private void Appoint()
    {
        var at = _began + (_block * ++_blocks) + _rng.UpTo(_jitter) - _world.Time.Elapsed;
        _world.Time.After(at > TimeSpan.Zero ? at : TimeSpan.Zero, Come);
    }

    private void Come()
    {
        if (Disposed)
        {
            return;
        }

        _made = _format.FramesIn(_block * _blocks);
        Give();
        Appoint();
    }

    private void Give()
    {
        if (!_held)
        {
            _ready = _made;
            _reader?.Wake();
        }
    }
}
