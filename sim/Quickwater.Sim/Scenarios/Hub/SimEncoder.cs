using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>A camera of the hub scenario: makes a publication's frames as virtual time goes on.</summary>
internal sealed class SimEncoder
{
    private readonly Rng _rng;
    private readonly uint _publication;
    private readonly bool _video;
    private readonly bool _audio;
    private readonly int _gopFrames;
    private readonly double _disposable;
    private readonly int _keyBytes;
    private readonly int _interBytes;
    private uint _number;
    private uint _videoConfig;
    private uint _audioConfig;
    private uint _configs;
    private uint _gop;
    private uint _reference;
    private int _leftInGop;
    private readonly double _jumps;
    private readonly Marks? _marks;
    private long _nextVideo;
    private long _nextAudio;
    private long _shift;

    /// <param name="rng">What it draws from.</param>
    /// <param name="publication">Numbers its publication.</param>
    /// <param name="marks">Told of what is odd about it; without, it is one as most are: with keys, and with times that go on.</param>
    internal SimEncoder(Rng rng, uint publication, Marks? marks = null)
    {
        _rng = rng;
        _publication = publication;
        _marks = marks;
        _audio = rng.Chance(0.8);
        _video = !_audio || rng.Chance(0.85);
        _gopFrames = rng.Chance(0.2) ? rng.Between(100, 400) : rng.Between(1, 60);
        _disposable = rng.Chance(0.4) ? 0.5 : 0;
        _keyBytes = rng.Between(500, 40_000);
        _interBytes = rng.Between(30, 3000);
        _nextVideo = rng.Chance(0.3) ? rng.Below(2000) : 0;
        if (rng.Chance(0.2))
        {
            // The camera ran before it was published: its first pictures build on some that nobody will ever have.
            _leftInGop = rng.Between(1, 50);
            _gop = 1;
            _reference = uint.MaxValue;
        }

        if (marks is null)
        {
            return;
        }

        // Odd streams: sound alone, pictures that come late, groups of 20 s, no key at all, times that begin anywhere and jump.
        if (!_video)
        {
            marks.Hit("sound-alone");
        }
        else if (rng.Chance(0.15))
        {
            _nextVideo = rng.Between(2000, 10_000);
            marks.Hit("late-pictures");
        }

        if (_video && rng.Chance(0.1))
        {
            _leftInGop = int.MaxValue;
            _gop = 1;
            _reference = uint.MaxValue;
        }
        else if (rng.Chance(0.1))
        {
            _gopFrames = 500;
        }

        _jumps = rng.Chance(0.2) ? 0.005 : 0;
        _shift = rng.Chance(0.2) ? (rng.Chance(0.5) ? 1L << 24 : 1L << 32) - rng.Below(20_000) : 0;
    }

    /// <summary>When the next frame is due, in milliseconds from the start of the publication.</summary>
    internal long Next => Math.Min(_video ? _nextVideo : long.MaxValue, _audio ? _nextAudio : long.MaxValue);

    /// <summary>Adds the frames of the next moment, with their payloads.</summary>
    internal void Make(Queue<(SimFrame Frame, byte[] Payload)> frames)
    {
        if (_rng.Chance(_jumps))
        {
            _shift += _rng.Between(2000, 36_000_000) * (_rng.Chance(0.5) ? 1 : -1);
            _marks?.Hit("time-jump");
        }

        if (_video && _nextVideo <= Next)
        {
            MakeVideo(frames);
            _nextVideo += 40;
            return;
        }

        if (_audioConfig == 0 || _rng.Chance(0.001))
        {
            _audioConfig = ++_configs;
            Add(frames, new SimFrame(FrameKind.Audio, FrameFlags.Config, _nextAudio, _publication, _audioConfig, 0, 0, 0), 30);
        }

        Add(frames, new SimFrame(FrameKind.Audio, FrameFlags.None, _nextAudio, _publication, ++_number, 0, 0, _audioConfig), 120);
        _nextAudio += 23;
    }

    private void MakeVideo(Queue<(SimFrame Frame, byte[] Payload)> frames)
    {
        if (_videoConfig == 0 || (_leftInGop == 0 && _rng.Chance(0.1)))
        {
            _videoConfig = ++_configs;
            Add(frames, new SimFrame(FrameKind.Video, FrameFlags.Config, _nextVideo, _publication, _videoConfig, 0, 0, 0), 50);
        }

        if (_leftInGop == 0)
        {
            _leftInGop = _gopFrames;
            _gop++;
            _reference = ++_number;
            Add(frames, new SimFrame(FrameKind.Video, FrameFlags.Key, _nextVideo, _publication, _number, _gop, 0, _videoConfig),
                _keyBytes + _rng.Below(_keyBytes));
        }
        else
        {
            var flags = _rng.Chance(_disposable) ? FrameFlags.Disposable : FrameFlags.None;
            Add(frames, new SimFrame(FrameKind.Video, flags, _nextVideo, _publication, ++_number, _gop, _reference, _videoConfig),
                _interBytes + _rng.Below(_interBytes));
            _reference = flags == FrameFlags.None ? _number : _reference;
        }

        _leftInGop--;
    }

    private void Add(Queue<(SimFrame Frame, byte[] Payload)> frames, SimFrame frame, int length) =>
        frames.Enqueue((frame with { Milliseconds = frame.Milliseconds + _shift }, frame.Payload(length)));
}
