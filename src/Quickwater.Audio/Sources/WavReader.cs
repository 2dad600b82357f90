using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>
/// WAV: PCM of 8, 16, 24 and 32 bits and float of 32, plain or WAVE_FORMAT_EXTENSIBLE, little-endian (RIFF), big-endian (RIFX) and long (RF64, BW64).
/// It takes files as they are: sizes that lie, chunks of any kind before the samples, odd chunks with and without their padding byte.
/// </summary>
/// <remarks>
/// <code>
///    "RIFF" size "WAVE"   then chunks   ┌────────┬─────────┬──────┬───────────────────┐
///                                       │ id (4) │ size u32│ body │ 0, if size is odd │
///                                       └────────┴─────────┴──────┴───────────────────┘
///    "fmt "  tag u16, channels u16, rate u32, bytes a second u32, block u16, bits u16 [, more u16, valid bits u16, mask u32, sub-format 16]
/// </code>
/// Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE); EBU Tech 3306 (RF64).
/// </remarks>
public sealed class WavReader : IPcmReader
{
    private const int FmtBytesMin = 16; // up to the bits of a sample
    private const int HeldBytesMax = 40; // an extensible fmt; also more than any header

    // WAVE_FORMAT_PCM, WAVE_FORMAT_IEEE_FLOAT and WAVE_FORMAT_EXTENSIBLE of mmreg.h.
    private const ushort TagPcm = 1;
    private const ushort TagFloat = 3;
    private const ushort TagExtensible = 0xFFFE;

    private readonly byte[] _held = new byte[HeldBytesMax];
    private int _holding;
    private State _state = State.Riff;
    private bool _isBigEndian;
    private AudioFormat _fmt;
    private long _left; // of the chunk
    private bool _odd;
    private long? _longData; // RF64's size of the samples
    private PcmReader? _samples;

    private enum State
    {
        Riff,
        Chunk,
        Fmt,
        Ds64,
        Skip,
        Pad,
        Data,
    }

    /// <inheritdoc/>
    public AudioFormat Format => _samples?.Format ?? default;

    /// <inheritdoc/>
    public Reason Ended { get; private set; }

    /// <inheritdoc/>
    public int Read(ref ReadOnlySpan<byte> input, Span<byte> destination)
    {
        while (Ended == Reason.None && !input.IsEmpty)
        {
            if (_samples is { } samples)
            {
                return ReadSamples(samples, ref input, destination);
            }

            switch (_state)
            {
                case State.Riff when Hold(ref input, 12):
                    StartRiff();
                    break;
                case State.Chunk when Hold(ref input, 8):
                    StartChunk();
                    break;
                case State.Fmt or State.Ds64 when Hold(ref input, (int)Math.Min(_left + _holding, HeldBytesMax)):
                    TakeHeld();
                    break;
                case State.Skip:
                    Skip(ref input);
                    break;
                case State.Pad:
                    SkipPad(ref input);
                    break;
            }

            if (_samples is not null)
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

    private int ReadSamples(PcmReader samples, ref ReadOnlySpan<byte> input, Span<byte> destination)
    {
        var offered = input[..(int)Math.Min(input.Length, _left)];
        var rest = offered;
        var written = samples.Read(ref rest, destination);
        var taken = offered.Length - rest.Length;
        input = input[taken..];
        _left -= taken;
        if (_left == 0)
        {
            Ended = Reason.Completed; // what may follow the samples is of no interest
        }

        return written;
    }

    // Gathers the first bytes of a header or chunk. True when there are so many.
    private bool Hold(ref ReadOnlySpan<byte> input, int count)
    {
        var taken = Math.Min(count - _holding, input.Length);
        input[..taken].CopyTo(_held.AsSpan(_holding));
        input = input[taken..];
        _holding += taken;
        if (_state is State.Fmt or State.Ds64)
        {
            _left -= taken;
        }

        return _holding >= count;
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
            _longData = BinaryPrimitives.ReadInt64LittleEndian(_held.AsSpan(8));
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

        // Programs that write to a pipe cannot go back to write the size: 0 and the largest numbers mean "to the end".
        _left = size switch
        {
            uint.MaxValue when _longData is { } length and > 0 => length,
            0 or >= int.MaxValue => long.MaxValue,
            _ => size,
        };
        _samples = new PcmReader(_fmt, _isBigEndian);
        Go(State.Data);
    }

    private void Skip(ref ReadOnlySpan<byte> input)
    {
        var count = (int)Math.Min(_left, input.Length);
        input = input[count..];
        _left -= count;
        if (_left == 0)
        {
            Go(_odd ? State.Pad : State.Chunk);
        }
    }

    // The padding byte is 0. Some programs leave it out; then the next chunk's name begins here, and names are made of letters.
    private void SkipPad(ref ReadOnlySpan<byte> input)
    {
        if (!char.IsAsciiLetter((char)input[0]))
        {
            input = input[1..];
        }

        Go(State.Chunk);
    }

    private void Go(State next)
    {
        _state = next;
        _holding = 0;
    }

    private ushort UInt16(int at) => _isBigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(_held.AsSpan(at)) : BinaryPrimitives.ReadUInt16LittleEndian(_held.AsSpan(at));

    private uint UInt32(int at) => _isBigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(_held.AsSpan(at)) : BinaryPrimitives.ReadUInt32LittleEndian(_held.AsSpan(at));
}
