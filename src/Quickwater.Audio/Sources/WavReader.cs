using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>
/// WAV: PCM of 8, 16, 24 and 32 bits and float of 32, plain or WAVE_FORMAT_EXTENSIBLE, little-endian (RIFF), big-endian (RIFX) and long (RF64, BW64).
/// It takes files as they are: an ID3 tag in front, sizes that lie, chunks of any kind before and behind the samples, odd chunks with and without their padding byte.
/// </summary>
/// <remarks>
/// <code>
///    "RIFF" size "WAVE"   then chunks   ┌────────┬─────────┬──────┬───────────────────┐
///                                       │ id (4) │ size u32│ body │ pad, if size odd  │
///                                       └────────┴─────────┴──────┴───────────────────┘
///    "fmt "  tag u16, channels u16, rate u32, bytes a second u32, block u16, bits u16 [, more u16, valid bits u16, mask u32, sub-format 16]
/// </code>
/// Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE); EBU Tech 3306 (RF64); ID3v2.4.0 section 3.1.
/// <para>
/// A size of the samples that cannot be told from a stream's (0, or 2 GiB less 4 KiB and more) is not believed by itself: what stands behind it decides. A chunk ends the samples, all else goes on with them. With 0, the file's own
/// size is asked before.
/// </para>
/// </remarks>
public sealed class WavReader : IPcmReader
{
    private const int FmtBytesMin = 16; // up to the bits of a sample
    private const int HeldBytesMax = 40; // an extensible fmt; also more than any header
    private const int ChunkHeaderBytes = 8;
    private const int RiffHeaderBytes = 12;
    private const int Id3HeaderBytes = 10;

    // The least that a program says that writes to a pipe and cannot go back: sox 0x7FFFF000, others 0x7FFFFFFF, 0x80000000 and more.
    private const uint StreamSizeMin = 0x7FFFF000;

    // WAVE_FORMAT_PCM, WAVE_FORMAT_IEEE_FLOAT and WAVE_FORMAT_EXTENSIBLE of mmreg.h.
    private const ushort TagPcm = 1;
    private const ushort TagFloat = 3;
    private const ushort TagExtensible = 0xFFFE;

    private readonly byte[] _held = new byte[HeldBytesMax];
    private int _holding;
    private int _drained; // of what is held, bytes that went out as samples
    private State _state = State.Riff;
    private bool _isBigEndian;
    private AudioFormat _fmt;
    private long _position; // in the RIFF, up to the samples
    private long? _riffEnd;
    private long _left; // of the chunk
    private bool _odd;
    private bool _isDoubtful; // whether what stands behind the samples decides that they are over
    private long? _longData; // RF64's size of the samples
    private PcmReader? _samples;

    private enum State
    {
        Riff,
        Id3,
        Chunk,
        Fmt,
        Ds64,
        Skip,
        Pad,
        Data,
        Behind,
    }

    // What stands in WAV files beside samples; 4 letters each.
    private static ReadOnlySpan<byte> KnownIds =>
        "fmt datafactLISTbextJUNKjunkds64id3 ID3 PEAKcue smplinstiXMLaxml_PMXPAD FLLRwavlslntplstacidcartchnaDISPlevlafspCDifaXMLresuClmstrkn"u8;

    /// <inheritdoc/>
    public AudioFormat Format => _samples?.Format ?? default;

    /// <inheritdoc/>
    public Reason Ended { get; private set; }

    /// <summary>Whether it began as a WAV file does, whatever became of it.</summary>
    public bool IsWav => _state is not (State.Riff or State.Id3);

    /// <inheritdoc/>
    public int Read(ref ReadOnlySpan<byte> input, Span<byte> destination)
    {
        while (Ended == Reason.None && !input.IsEmpty)
        {
            switch (_state)
            {
                case State.Data:
                    return ReadSamples(ref input, destination);
                case State.Behind:
                    LookBehind(ref input);
                    break;
                case State.Riff when Hold(ref input, Id3HeaderBytes) && !StartId3() && Hold(ref input, RiffHeaderBytes):
                    StartRiff();
                    break;
                case State.Chunk when Hold(ref input, ChunkHeaderBytes):
                    StartChunk();
                    break;
                case State.Fmt or State.Ds64 when Hold(ref input, (int)Math.Min(_left + _holding, HeldBytesMax)):
                    TakeHeld();
                    break;
                case State.Skip or State.Id3:
                    Skip(ref input);
                    break;
                case State.Pad when Hold(ref input, ChunkHeaderBytes):
                    TakePad();
                    break;
            }

            if (_samples is not null && _holding == 0)
            {
                return 0; // the format is known now
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public void Finish()
    {
        if (Ended == Reason.None)
        {
            Ended = _samples is null ? Reason.MalformedContainer : Reason.Completed;
        }
    }

    // What was held back to look at it comes first. It is used up while there is input, so that none is left behind at the end.
    private int ReadSamples(ref ReadOnlySpan<byte> input, Span<byte> destination)
    {
        var written = 0;
        if (_drained < _holding)
        {
            ReadOnlySpan<byte> held = _held.AsSpan(_drained, _holding - _drained);
            written = Feed(ref held, destination);
            _drained = _holding - held.Length;
        }

        if (_drained == _holding && _state == State.Data && Ended == Reason.None)
        {
            written += Feed(ref input, destination[written..]);
        }

        return written;
    }

    private int Feed(ref ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        var offered = bytes[..(int)Math.Min(bytes.Length, _left)];
        var rest = offered;
        var written = _samples?.Read(ref rest, destination) ?? 0;
        var taken = offered.Length - rest.Length;
        bytes = bytes[taken..];
        _left -= taken;
        if (_left == 0)
        {
            EndSamples();
        }

        return written;
    }

    private void EndSamples()
    {
        if (_isDoubtful)
        {
            Go(State.Behind);
        }
        else
        {
            Ended = Reason.Completed; // what may follow the samples is of no interest
        }
    }

    // The last byte that is looked at stays in the input.
    private void LookBehind(ref ReadOnlySpan<byte> input)
    {
        if (!Hold(ref input, ChunkHeaderBytes - 1) || input.IsEmpty)
        {
            return;
        }

        _held[ChunkHeaderBytes - 1] = input[0];
        if (IsChunkBehind())
        {
            Ended = Reason.Completed;
            return;
        }

        // The size was not that of the samples. The file's own may be, or else they go on to the end.
        var toEnd = _riffEnd is { } end ? end - _position : 0;
        _isDoubtful = toEnd >= ChunkHeaderBytes;
        (_left, _position) = _isDoubtful ? (toEnd, _position + toEnd) : (long.MaxValue, _position);
        _state = State.Data;
        _drained = 0;
    }

    // A chunk of a name that is known, or of one that could be, if it ends within the file; or a tag of a music player.
    private bool IsChunkBehind()
    {
        var id = _held.AsSpan(0, 4);
        var fits = _riffEnd is { } end && _position + ChunkHeaderBytes + UInt32(4) <= end;
        return IsKnown(id) || (fits && IsPrintable(id)) || id.StartsWith("TAG"u8) || id.StartsWith("ID3"u8) || id.SequenceEqual("APET"u8)
            || (_odd && IsKnown(_held.AsSpan(1, 4)));
    }

    private static bool IsKnown(ReadOnlySpan<byte> id)
    {
        for (var at = 0; at < KnownIds.Length; at += id.Length)
        {
            if (KnownIds.Slice(at, id.Length).SequenceEqual(id))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPrintable(ReadOnlySpan<byte> id) => id.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;

    // Gathers the first bytes of a header or chunk. True when there are so many.
    private bool Hold(ref ReadOnlySpan<byte> input, int count)
    {
        var taken = Math.Clamp(count - _holding, 0, input.Length);
        input[..taken].CopyTo(_held.AsSpan(_holding));
        input = input[taken..];
        _holding += taken;
        _position += _samples is null ? taken : 0;
        if (_state is State.Fmt or State.Ds64)
        {
            _left -= taken;
        }

        return _holding >= count;
    }

    // What music players put in front of any file: "ID3" version u16, flags u8, size of four times 7 bits. False when there is none.
    private bool StartId3()
    {
        if (!_held.AsSpan().StartsWith("ID3"u8))
        {
            return false;
        }

        const int FooterFlag = 0x10;
        var size = 0;
        foreach (var one in _held.AsSpan(6, 4))
        {
            size = (size << 7) | (one & 0x7F);
        }

        _left = size + ((_held[5] & FooterFlag) != 0 ? Id3HeaderBytes : 0);
        Go(_left > 0 ? State.Id3 : State.Riff);
        return true;
    }

    private void StartRiff()
    {
        var id = _held.AsSpan(0, 4);
        _isBigEndian = id.SequenceEqual("RIFX"u8);
        var known = _isBigEndian || id.SequenceEqual("RIFF"u8) || id.SequenceEqual("RF64"u8) || id.SequenceEqual("BW64"u8);
        if (!known || !_held.AsSpan(8, 4).SequenceEqual("WAVE"u8))
        {
            Ended = Reason.MalformedContainer;
            return;
        }

        _position = RiffHeaderBytes;
        _riffEnd = UInt32(4) is var size and > 0 and < uint.MaxValue ? ChunkHeaderBytes + (long)size : null;
        Go(State.Chunk);
    }

    private void StartChunk()
    {
        var id = _held.AsSpan(0, 4);
        var size = UInt32(4);
        _left = size;
        _odd = (size & 1) != 0;
        if (id.SequenceEqual("data"u8))
        {
            StartData(size);
        }
        else if (id.SequenceEqual("fmt "u8))
        {
            Go(size >= FmtBytesMin ? State.Fmt : State.Skip);
        }
        else if (id.SequenceEqual("ds64"u8))
        {
            Go(size >= 16 ? State.Ds64 : State.Skip);
        }
        else
        {
            Go(State.Skip);
        }

        if (_state == State.Skip && _left == 0)
        {
            Go(State.Chunk);
        }
    }

    private void TakeHeld()
    {
        if (_state == State.Ds64)
        {
            // RIFF size u64, data size u64; 0 where the program could not go back to write them.
            _riffEnd = BinaryPrimitives.ReadInt64LittleEndian(_held) is var all and > 0 and < long.MaxValue - ChunkHeaderBytes ? ChunkHeaderBytes + all : _riffEnd;
            _longData = BinaryPrimitives.ReadInt64LittleEndian(_held.AsSpan(8)) is var length and > 0 ? length : null;
        }
        else
        {
            TakeFmt(_holding);
        }

        Go(_left > 0 ? State.Skip : _odd ? State.Pad : State.Chunk);
    }

    private void TakeFmt(int bytes)
    {
        var tag = UInt16(0);
        var bits = UInt16(14);
        if (tag == TagExtensible && bytes >= HeldBytesMax)
        {
            tag = UInt16(24); // the sub-format's first two bytes; the rest is the same for all that we know
        }

        // Block size and bytes a second are derived values, and wrong in real files.
        var encoding = (tag, (bits + 7) / 8) switch
        {
            (TagPcm, 1) => AudioEncoding.U8,
            (TagPcm, 2) => AudioEncoding.S16,
            (TagPcm, 3) => AudioEncoding.S24,
            (TagPcm, 4) => AudioEncoding.S32,
            (TagFloat, 4) => AudioEncoding.F32,
            _ => AudioEncoding.None,
        };
        _fmt = new AudioFormat(encoding, UInt16(2), (int)Math.Min(UInt32(4), int.MaxValue));
        if (!_fmt.IsValid)
        {
            Ended = Reason.UnsupportedFormat;
        }
    }

    private void StartData(uint size)
    {
        if (!_fmt.IsValid)
        {
            Ended = Reason.MalformedContainer; // samples that nobody can read
            return;
        }

        _samples = new PcmReader(_fmt, _isBigEndian);
        _isDoubtful = size is 0 or (>= StreamSizeMin and < uint.MaxValue);
        Go(size == 0 ? State.Behind : State.Data);
        _position += _isDoubtful ? size : 0;
        _left = size < uint.MaxValue ? size : _longData ?? long.MaxValue;
    }

    private void Skip(ref ReadOnlySpan<byte> input)
    {
        var count = (int)Math.Min(_left, input.Length);
        input = input[count..];
        _left -= count;
        _position += count;
        if (_left == 0)
        {
            Go(_state == State.Id3 ? State.Riff : _odd ? State.Pad : State.Chunk);
        }
    }

    // Some programs leave the padding byte out, and it is not always 0: whichever way makes a chunk's name of what follows is right, with it if both do.
    private void TakePad()
    {
        var with = _held.AsSpan(1, 4);
        var without = _held.AsSpan(0, 4);
        var isLeftOut = !IsKnown(with) && (IsKnown(without) || (!IsPrintable(with) && IsPrintable(without)));
        _state = State.Chunk;
        if (isLeftOut)
        {
            StartChunk();
            return;
        }

        _held.AsSpan(1, ChunkHeaderBytes - 1).CopyTo(_held);
        _holding--;
    }

    private void Go(State next)
    {
        _state = next;
        _holding = _drained = 0;
    }

    private ushort UInt16(int at) => _isBigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(_held.AsSpan(at)) : BinaryPrimitives.ReadUInt16LittleEndian(_held.AsSpan(at));

    private uint UInt32(int at) => _isBigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(_held.AsSpan(at)) : BinaryPrimitives.ReadUInt32LittleEndian(_held.AsSpan(at));
}
