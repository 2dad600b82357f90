using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>
/// A file that libsndfile decodes. Integers of up to 16 bits come out as 16, wider ones as 32, float as float: bit for bit what the file says. Codecs that work in float, such as Vorbis, Opus and MP3, come out as 16
/// bits, rounded and clipped here: the library turns float files into silence when it is asked for integers, and lets what is too loud wrap (docs/adr/0046). An Ogg file gives its links one after the other.
/// </summary>
internal sealed class SndfileTrack : IAudioTrack
{
    // SFM_READ, SF_FORMAT_SUBMASK and its members, SF_STR_TITLE and _ARTIST of sndfile.h.
    private const int Read = 0x10;
    private const int SubtypeMask = 0xFFFF;
    private const int TitleString = 1;
    private const int ArtistString = 4;

    private readonly Sndfile _library;
    private readonly string _path;
    private SndfileWindow? _window; // of one link among several
    private Samples _kind;
    private nint _file;
    private long? _next; // where the next link begins
    private byte[] _buffer = [];
    private float[] _floats = [];

    private SndfileTrack(Sndfile library, string path)
    {
        _library = library;
        _path = path;
    }

    private enum Samples
    {
        Short,
        Int,
        Float,
        Rounded, // float within the codec, 16 bits here
    }

    public AudioFormat Format { get; private set; }

    public string Title { get; private set; } = "";

    /// <summary>
    /// Opens a file. Reasons: <see cref="Reason.LibraryMissing"/>, <see cref="Reason.UnsupportedFormat"/> with the library's own words in
    /// <paramref name="text"/>.
    /// </summary>
    /// <exception cref="IOException">Reading failed.</exception>
    public static SndfileTrack? Open(string path, out Reason why, out string text)
    {
        if (Sndfile.Library is not { } library)
        {
            (why, text) = (Reason.LibraryMissing, Sndfile.HowToInstall);
            return null;
        }

        var track = new SndfileTrack(library, path);
        if (track.TryOpen(0, out why, out text))
        {
            return track;
        }

        track.Dispose();
        return null;
    }

    public ValueTask<int> ReadAsync(Memory<byte> samples, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_file == 0)
        {
            return ValueTask.FromResult(0);
        }

        var frames = samples.Length / Format.BytesPerFrame;
        return ValueTask.FromResult(_kind is Samples.Short or Samples.Int ? ReadIntegers(samples.Span, frames) : ReadFloats(samples.Span, frames));
    }

    public bool TryGoOn(out Reason why, out string text)
    {
        (why, text) = (Reason.None, "");
        if (_next is not { } start)
        {
            return false;
        }

        Close();
        _next = null;
        TryOpen(start, out why, out text);
        return true;
    }

    public void Dispose() => Close();

    private bool TryOpen(long start, out Reason why, out string text)
    {
        _next = OggChain.EndOfLink(_path, start);
        var info = default(Sndfile.Info);
        if (start == 0 && _next is null)
        {
            _file = _library.Open(_path, Read, ref info);
        }
        else
        {
            _window = new SndfileWindow(_path, start, _next);
            _file = _library.OpenVirtual(_window.Calls, Read, ref info, 0);
        }

        (why, text) = (Reason.UnsupportedFormat, "");
        if (_file == 0)
        {
            text = Marshal.PtrToStringUTF8(_library.Error(0)) ?? "";
            return false;
        }

        _kind = KindOf(info.Format & SubtypeMask);
        Format = new AudioFormat(_kind switch { Samples.Int => AudioEncoding.S32, Samples.Float => AudioEncoding.F32, _ => AudioEncoding.S16 }, info.Channels, info.Rate);
        if (!Format.IsValid)
        {
            text = $"{info.Rate} Hz, {info.Channels} channels";
            Close();
            return false;
        }

        var (title, artist) = (Text(TitleString), Text(ArtistString));
        Title = title.Length == 0 ? Path.GetFileNameWithoutExtension(_path) : artist.Length == 0 ? title : $"{artist} - {title}";
        why = Reason.None;
        return true;
    }

    // What is not known is read as float, which is right for integers too.
    private static Samples KindOf(int subtype) => subtype switch
    {
        3 or 4 or 0x43 or 0x71 or 0x72 or 0x73 => Samples.Int, // PCM of 24 and 32 bits, DWVW of any, ALAC of 20, 24 and 32
        6 or 7 => Samples.Float, // float and double
        1 or 2 or 5 => Samples.Short, // PCM of 8 and 16 bits
        >= 0x10 and < 0x42 or 0x50 or 0x51 or 0x70 => Samples.Short, // A-law, mu-law, ADPCM, GSM, G.72x, DWVW of 12 and 16 bits, DPCM, ALAC of 16
        0x42 => Samples.Int, // DWVW of 24 bits
        _ => Samples.Rounded,
    };

    private int ReadIntegers(Span<byte> samples, int frames)
    {
        if (_buffer.Length < samples.Length)
        {
            _buffer = new byte[samples.Length];
        }

        var read = _kind == Samples.Int ? _library.ReadInt(_file, _buffer, frames) : _library.ReadShort(_file, _buffer, frames);
        var bytes = (int)Math.Max(0, read) * Format.BytesPerFrame;
        _buffer.AsSpan(0, bytes).CopyTo(samples);
        if (!BitConverter.IsLittleEndian)
        {
            for (var at = 0; at < bytes; at += Format.BytesPerSample)
            {
                samples.Slice(at, Format.BytesPerSample).Reverse();
            }
        }

        return bytes;
    }

    private int ReadFloats(Span<byte> samples, int frames)
    {
        var count = frames * Format.Channels;
        if (_floats.Length < count)
        {
            _floats = new float[count];
        }

        count = (int)Math.Max(0, _library.ReadFloat(_file, _floats, frames)) * Format.Channels;
        for (var i = 0; i < count; i++)
        {
            if (_kind == Samples.Float)
            {
                BinaryPrimitives.WriteSingleLittleEndian(samples[(i * sizeof(float))..], _floats[i]);
            }
            else
            {
                var scaled = MathF.Round(_floats[i] * -(float)short.MinValue);
                BinaryPrimitives.WriteInt16LittleEndian(samples[(i * sizeof(short))..], (short)Math.Clamp(scaled, short.MinValue, short.MaxValue));
            }
        }

        return count * Format.BytesPerSample;
    }

    private void Close()
    {
        if (_file != 0)
        {
            _ = _library.Close(_file);
            _file = 0;
        }

        _window?.Dispose();
        _window = null;
    }

    private string Text(int kind) => Marshal.PtrToStringUTF8(_library.GetString(_file, kind))?.Trim() ?? "";
}
