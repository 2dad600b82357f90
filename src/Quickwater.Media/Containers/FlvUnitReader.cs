using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// Finds the access units in the body of an FLV tag or RTMP message: one in most, one for each track in those with several (Enhanced RTMP v2, AvMultitrackType), none in
/// what is no media or of a codec without a code. Nothing is copied. What is cut short ends the list: a relay does not depend on it.
/// </summary>
public ref struct FlvUnitReader
{
    private const long NanosecondsInMillisecond = 1_000_000;
    private const int SizeBytes = 3;
    private const int CodeBytes = 4;

    private readonly FrameKind _kind;
    private readonly ReadOnlySpan<byte> _body;
    private readonly UnitFlags _flags;
    private readonly bool _isMedia;
    private readonly bool _hasTime;
    private readonly long _composition;
    private readonly ExHeader _ex;
    private int _at;

    /// <summary>Begins to read.</summary>
    /// <param name="kind">Audio or video; anything else has no units.</param>
    /// <param name="body">The body, whole.</param>
    public FlvUnitReader(FrameKind kind, ReadOnlySpan<byte> body)
    {
        _kind = kind;
        _body = body;
        if (kind == FrameKind.Video)
        {
            var header = FlvVideoHeader.Parse(body);
            _ex = header.IsExtended ? ExHeader.Parse(body, (int)FlvVideoPacketType.Multitrack) : new ExHeader { Codec = header.FourCc };
            _isMedia = header.IsPicture || header.PacketType == FlvVideoPacketType.SequenceStart;
            _flags = header.IsConfig ? UnitFlags.Config : header.IsKey ? UnitFlags.Key : header.IsDisposable ? UnitFlags.Disposable : UnitFlags.None;
            _hasTime = header.IsMultitrack && header.PacketType == FlvVideoPacketType.CodedFrames;
            (_composition, _at) = (header.CompositionTime * NanosecondsInMillisecond, header.Length);
        }
        else if (kind == FrameKind.Audio)
        {
            var header = FlvAudioHeader.Parse(body);
            _ex = header.IsExtended ? ExHeader.Parse(body, (int)FlvAudioPacketType.Multitrack) : new ExHeader { Codec = header.FourCc };
            _isMedia = header.IsConfig || header.PacketType == FlvAudioPacketType.CodedFrames;
            _flags = header.IsConfig ? UnitFlags.Config : UnitFlags.Key;
            _at = header.Length;
        }

        _isMedia &= !_ex.Codec.IsNone;
    }

    /// <summary>How many units were read.</summary>
    public int Read { get; private set; }

    /// <summary>Gives the next unit; false behind the last.</summary>
    public bool TryRead(out AccessUnit unit)
    {
        unit = default;
        var isFirst = Read == 0;
        if (!_isMedia || (isFirst ? _body.Length <= _at : !_ex.IsMultitrack || _ex.Form == Multitrack.One || _at >= _body.Length))
        {
            return false;
        }

        var (track, codec) = (_ex.Track, _ex.Codec);
        if (!isFirst && !TryReadTrack(ref track, ref codec))
        {
            return false;
        }

        var length = _body.Length - _at;
        if (_ex.IsMultitrack && _ex.Form != Multitrack.One && !TryReadSize(out length))
        {
            return false;
        }

        unit = Make(track, codec, _at, length);
        _at += length;
        Read++;
        return true;
    }

    /// <summary>The tracks of a body: that of a body without tracks is 0.</summary>
    public static TrackSet Tracks(FrameKind kind, ReadOnlySpan<byte> body)
    {
        var tracks = TrackSet.None;
        var units = new FlvUnitReader(kind, body);
        while (units.TryRead(out var unit))
        {
            tracks |= TrackSet.Of(unit.Track);
        }

        return tracks == TrackSet.None ? TrackSet.Of(units._ex.Track) : tracks;
    }

    // Behind the first: its id was read with the header.
    private bool TryReadTrack(ref byte track, ref FourCc codec)
    {
        if (_ex.Form == Multitrack.ManyCodecs)
        {
            if (_body.Length - _at < CodeBytes)
            {
                return false;
            }

            codec = FourCc.From(_body[_at..]);
            _at += CodeBytes;
        }

        if (_at >= _body.Length)
        {
            return false;
        }

        track = _body[_at++];
        return true;
    }

    private bool TryReadSize(out int length)
    {
        length = 0;
        if (_body.Length - _at < SizeBytes)
        {
            return false;
        }

        length = (_body[_at] << 16) | (_body[_at + 1] << 8) | _body[_at + 2];
        _at += SizeBytes;
        return length <= _body.Length - _at;
    }

    private readonly AccessUnit Make(byte track, FourCc codec, int at, int length)
    {
        var composition = _composition;
        if (_hasTime && length >= SizeBytes && (codec == FourCc.Avc || codec == FourCc.Hevc || codec == FourCc.Vvc))
        {
            composition = (((sbyte)_body[at] << 16) | (_body[at + 1] << 8) | _body[at + 2]) * NanosecondsInMillisecond;
            (at, length) = (at + SizeBytes, length - SizeBytes);
        }

        return new AccessUnit(_kind, track, codec, _flags, _ex.OffsetNanoseconds, composition, at, length);
    }
}
