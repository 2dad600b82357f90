using Microsoft.Win32.SafeHandles;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>
/// Opens what a source names. What a file is, its bytes say, never its name: our own reader looks first, and what it does not know goes to libsndfile (docs/adr/0046). One at a time.
/// </summary>
/// <param name="station">The station's name, for threads and words.</param>
/// <param name="raw">The format of raw PCM; null for files that say it themselves.</param>
/// <param name="faulted">Told of a fault of this program on the thread of an input.</param>
/// <param name="time">The clock.</param>
internal sealed class TrackOpener(string station, AudioFormat? raw, Action<Exception> faulted, TimeProvider time) : IDisposable
{
    private SafePipeHandle? _held; // a named pipe between two writers

    /// <summary>Opens standard input.</summary>
    public async Task<(IAudioTrack? Track, Reason Why, string Text)> OpenInputAsync(CancellationToken cancel)
    {
        var input = OperatingSystem.IsLinux() ? new PipeInput(new SafeFileHandle(0, ownsHandle: false), station, faulted, cancel) : Console.OpenStandardInput();
        var (track, _, why) = await OpenPcmAsync(input, "", null, cancel);
        return (track, why, "");
    }

    /// <summary>Opens the reading end of a named pipe, and waits for the header of whoever writes.</summary>
    public async Task<(IAudioTrack? Track, Reason Why, string Text)> OpenPipeAsync(SafePipeHandle pipe, string path, CancellationToken cancel)
    {
        // While one writer is read to its end, and until the next is awaited, the pipe has a reader: who opens it in between does not fail. What somebody wrote
        // that nobody understands goes with the last reader, and its writer is told by a broken pipe.
        var held = NamedPipe.TryOpen(path);
        Dispose();
        _held = held;
        var (track, _, why) = await OpenPcmAsync(NamedPipe.Read(pipe, station, faulted, cancel), Path.GetFileNameWithoutExtension(path), time, cancel);
        return (track, why, "");
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    public async Task<(IAudioTrack? Track, Reason Why, string Text)> OpenFileAsync(string path, CancellationToken cancel)
    {
        if (Directory.Exists(path))
        {
            return (null, Reason.UnsupportedFormat, "it is a folder; a playlist names files");
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var (own, isWav, why) = await OpenPcmAsync(file, Path.GetFileNameWithoutExtension(path), null, cancel);
        if (own is not null || raw is not null)
        {
            return (own, why, "");
        }

        if (TrackList.IsPlaylist(path))
        {
            return (null, Reason.UnsupportedFormat, "it is a playlist; one within another is not followed");
        }

        var track = SndfileTrack.Open(path, out var whyNot, out var text);
        return (track, isWav && whyNot == Reason.UnsupportedFormat ? why : whyNot, text);
    }

    /// <summary>Lets go of the named pipe.</summary>
    public void Dispose()
    {
        _held?.Dispose();
        _held = null;
    }

    private async Task<(IAudioTrack? Track, bool IsWav, Reason Why)> OpenPcmAsync(Stream stream, string title, TimeProvider? awaits, CancellationToken cancel)
    {
        IPcmReader reader = raw is { } format ? new PcmReader(format) : new WavReader();
        var (track, why) = await PcmTrack.OpenAsync(stream, reader, title, awaits, cancel);
        return (track, reader is WavReader { IsWav: true }, why);
    }
}
