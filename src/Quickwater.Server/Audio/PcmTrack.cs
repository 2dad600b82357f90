using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>WAV or raw PCM from a file or a pipe.</summary>
internal sealed class PcmTrack : IAudioTrack
{
    // How soon a writer is noticed: sooner than anybody speaks, and rarely enough that a pipe that nobody writes to costs nothing.
    private static readonly TimeSpan WriterPoll = TimeSpan.FromMilliseconds(100);

    private readonly Stream _stream;
    private readonly IPcmReader _reader;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _from;
    private int _to;
    private TimeProvider? _awaits; // until the first byte

    private PcmTrack(Stream stream, IPcmReader reader, string title, TimeProvider? awaits)
    {
        _stream = stream;
        _reader = reader;
        _awaits = awaits;
        Title = title;
    }

    public AudioFormat Format => _reader.Format;

    public string Title { get; }

    /// <summary>
    /// Reads up to the first sample; with a clock, an end before the first byte is none: nobody writes to a named pipe yet. Null with the reason, for example <see cref="Reason.MalformedContainer"/> or
    /// <see cref="Reason.UnsupportedFormat"/>. The stream is the track's, also then.
    /// </summary>
    public static async Task<(PcmTrack? Track, Reason Why)> OpenAsync(Stream stream, IPcmReader reader, string title, TimeProvider? awaits, CancellationToken cancel)
    {
        var track = new PcmTrack(stream, reader, title, awaits);
        try
        {
            while ((track._awaits is not null || !reader.Format.IsValid) && reader.Ended == Reason.None)
            {
                await track.DecodeAsync(Memory<byte>.Empty, cancel);
            }
        }
        catch
        {
            track.Dispose();
            throw;
        }

        if (reader.Format.IsValid)
        {
            return (track, Reason.None);
        }

        track.Dispose();
        return (null, reader.Ended);
    }

    public async ValueTask<int> ReadAsync(Memory<byte> samples, CancellationToken cancel)
    {
        var read = 0;
        while (read == 0 && _reader.Ended == Reason.None)
        {
            read = await DecodeAsync(samples, cancel);
        }

        return read;
    }

    public void Dispose() => _stream.Dispose();

    private async ValueTask<int> DecodeAsync(Memory<byte> samples, CancellationToken cancel)
    {
        if (_from == _to)
        {
            _from = 0;
            // Other reads than those of a PipeInput cannot be called off; they are left behind, or a server that stops would wait for them.
            var read = _stream.ReadAsync(_buffer, cancel);
            _to = _stream is PipeInput ? await read : await read.AsTask().WaitAsync(cancel);
            if (_to == 0 && _awaits is { } time)
            {
                await Task.Delay(WriterPoll, time, cancel);
                return 0;
            }

            _awaits = null;
            if (_to == 0)
            {
                _reader.Finish();
                return 0;
            }
        }

        return Decode(samples.Span);
    }

    private int Decode(Span<byte> samples)
    {
        ReadOnlySpan<byte> input = _buffer.AsSpan(_from, _to - _from);
        var written = _reader.Read(ref input, samples);
        _from = _to - input.Length;
        return written;
    }
}
