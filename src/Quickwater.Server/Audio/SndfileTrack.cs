using System.Runtime.InteropServices;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>A file that libsndfile decodes: 24 and 32 bits as 32, everything else as 16.</summary>
internal sealed class SndfileTrack : IAudioTrack
{
    // SFM_READ, SF_FORMAT_SUBMASK, SF_FORMAT_PCM_24 and _32, SFC_SET_CLIPPING, SF_STR_TITLE and _ARTIST of sndfile.h.
    private const int Read = 0x10;
    private const int SubtypeMask = 0xFFFF;
    private const int Pcm24 = 3;
    private const int Pcm32 = 4;
    private const int SetClipping = 0x10C0;
    private const int TitleString = 1;
    private const int ArtistString = 4;

    private readonly Sndfile _library;
    private readonly bool _wide;
    private nint _file;
    private byte[] _buffer = [];

    private SndfileTrack(Sndfile library, nint file, in Sndfile.Info info, string path)
    {
        _library = library;
        _file = file;
        _wide = (info.Format & SubtypeMask) is Pcm24 or Pcm32;
        Format = new AudioFormat(_wide ? AudioEncoding.S32 : AudioEncoding.S16, info.Channels, info.Rate);
        var (title, artist) = (Text(TitleString), Text(ArtistString));
        Title = title.Length == 0 ? Path.GetFileNameWithoutExtension(path) : artist.Length == 0 ? title : $"{artist} - {title}";
        _ = library.Command(file, SetClipping, 0, 1); // lossy codecs overshoot: clip, do not wrap
    }

    public AudioFormat Format { get; }

    public string Title { get; }

    /// <summary>
    /// Opens a file. Reasons: <see cref="Reason.LibraryMissing"/>, <see cref="Reason.UnsupportedFormat"/> with the library's own words in
    /// <paramref name="text"/>.
    /// </summary>
    public static SndfileTrack? Open(string path, out Reason why, out string text)
    {
        text = "";
        if (Sndfile.Library is not { } library)
        {
            (why, text) = (Reason.LibraryMissing, Sndfile.HowToInstall);
            return null;
        }

        var info = default(Sndfile.Info);
        var file = library.Open(path, Read, ref info);
        if (file == 0)
        {
            (why, text) = (Reason.UnsupportedFormat, Marshal.PtrToStringUTF8(library.Error(0)) ?? "");
            return null;
        }

        var track = new SndfileTrack(library, file, info, path);
        if (!track.Format.IsValid)
        {
            (why, text) = (Reason.UnsupportedFormat, $"{info.Rate} Hz, {info.Channels} channels");
            track.Dispose();
            return null;
        }

        why = Reason.None;
        return track;
    }

    public ValueTask<int> ReadAsync(Memory<byte> samples, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var frames = samples.Length / Format.BytesPerFrame;
        if (_buffer.Length < samples.Length)
        {
            _buffer = new byte[samples.Length];
        }

        var read = _wide ? _library.ReadInt(_file, _buffer, frames) : _library.ReadShort(_file, _buffer, frames);
        var bytes = (int)Math.Max(0, read) * Format.BytesPerFrame;
        _buffer.AsSpan(0, bytes).CopyTo(samples.Span);
        if (!BitConverter.IsLittleEndian)
        {
            for (var at = 0; at < bytes; at += Format.BytesPerSample)
            {
                samples.Span.Slice(at, Format.BytesPerSample).Reverse();
            }
        }

        return ValueTask.FromResult(bytes);
    }

    public void Dispose()
    {
        if (_file != 0)
        {
            _ = _library.Close(_file);
            _file = 0;
        }
    }

    private string Text(int kind) => Marshal.PtrToStringUTF8(_library.GetString(_file, kind))?.Trim() ?? "";
}
