using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>
/// Reads one source ahead for its station: opens, decodes and goes from file to file on tasks of its own, as far as the queue has room. It ends when
/// the station lets go of the queue.
/// </summary>
internal sealed class SourceWorker : IAsyncDisposable
{
    // 5 s of stereo at 48 kHz and 16 bits: what a disk that has to spin up takes.
    private const int AheadBytesMax = 1 << 20;

    // Small beside that, and many chunks: one read in some 170 ms at that rate.
    private const int ReadBytes = 32 * 1024;

    // A file that is being replaced is there again within a second; one that is broken is not read more often than anybody mends it.
    private static readonly TimeSpan RetryMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(30);

    // What hangs in the operating system, such as a file on a server that is gone, cannot be called off, and nobody waits for it.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly string _station;
    private readonly string _source;
    private readonly bool _loop;
    private readonly AudioFormat? _raw;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _room = new(0);
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;
    private SafePipeHandle? _held; // a named pipe between two writers

    /// <summary>Makes a worker that does nothing before <see cref="Start"/>.</summary>
    /// <param name="station">The station's name, for the log.</param>
    /// <param name="source">A file, a folder, a playlist, a named pipe, or <c>-</c> for standard input.</param>
    /// <param name="loop">Whether it begins anew at its end, and tries again when it fails.</param>
    /// <param name="raw">The format of raw PCM; null for files that say it themselves.</param>
    /// <param name="log">Where it logs.</param>
    /// <param name="time">The clock.</param>
    public SourceWorker(string station, string source, bool loop, AudioFormat? raw, ILogger log, TimeProvider time)
    {
        (_station, _source, _loop, _raw, _log, _time) = (station, source, loop, raw, log, time);
        Queue = new ReadAheadQueue(AheadBytesMax, MakeRoom);
    }

    /// <summary>What the station reads.</summary>
    public ReadAheadQueue Queue { get; }

    /// <summary>Starts to read.</summary>
    public void Start() => _work = Task.Run(WorkAsync);

    /// <summary>Waits until it is over, which follows when the station lets go of the queue. What hangs is left behind.</summary>
    public async ValueTask DisposeAsync()
    {
        if (await Task.WhenAny(_work, Task.Delay(StopTimeout, _time)) != _work)
        {
            Log.SourceLeftBehind(_log, _station, _source);
            return;
        }

        await _work;
        _room.Dispose();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            Queue.End(await PlayAllAsync());
        }
        catch (OperationCanceledException)
        {
            Queue.End(Reason.Disposed);
        }
        catch (Exception fault)
        {
            Log.SourceFault(_log, fault, _station, _source);
            Queue.End(Reason.LocalFault);
        }

        LetGoOfPipe();
    }

    private async Task<Reason> PlayAllAsync()
    {
        var retry = RetryMin;
        while (true)
        {
            var (played, why) = _source == "-" ? (true, await PlayAsync(_source)) : await PlayRoundAsync();
            if (!_loop || _source == "-")
            {
                return played ? Reason.Completed : why;
            }

            if (played)
            {
                retry = RetryMin;
                continue;
            }

            await Task.Delay(retry, _time, _stop.Token);
            retry = Queue.IsLive ? RetryMin : retry + retry < RetryMax ? retry + retry : RetryMax; // a pipe paces itself: it waits for a writer
        }
    }

    // All tracks once. Played: at least one of them gave something.
    private async Task<(bool Played, Reason Why)> PlayRoundAsync()
    {
        var (played, last) = (false, Reason.StorageFault);
        try
        {
            foreach (var path in TrackList.Of(_source))
            {
                last = await PlayAsync(path);
                played |= last == Reason.Completed;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TellUnreadable(_source, Reason.StorageFault, e.Message);
        }

        return (played, last);
    }

    // One track. Completed when it was played to its end.
    private async Task<Reason> PlayAsync(string path)
    {
        try
        {
            var (track, why, text) = await OpenAsync(path);
            if (track is null)
            {
                LetGoOfPipe();
                TellUnreadable(path, why, text.Length > 0 ? $"{why.Text()}: {text}" : why.Text());
                return why;
            }

            using (track)
            {
                Log.TrackStarted(_log, _station, path, track.Format.ToString());
                return await CopyAsync(track);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TellUnreadable(path, Reason.StorageFault, e.Message);
            return Reason.StorageFault;
        }
    }

    private async Task<(IAudioTrack? Track, Reason Why, string Text)> OpenAsync(string path)
    {
        Queue.IsLive = path == "-";
        if (Queue.IsLive)
        {
            return await OpenPcmAsync(OperatingSystem.IsLinux() ? new PipeInput(new SafeFileHandle(0, ownsHandle: false), _station, _stop.Token) : Console.OpenStandardInput(), "");
        }

        var title = Path.GetFileNameWithoutExtension(path);
        if (NamedPipe.TryOpen(path) is { } pipe)
        {
            Queue.IsLive = true;
            Hold(NamedPipe.TryOpen(path));
            Log.SourceAwaitsWriter(_log, _station, path);
            return await OpenPcmAsync(NamedPipe.Read(pipe, _station, _stop.Token), title, _time);
        }

        if (_raw is not null || Path.GetExtension(path).ToLowerInvariant() is ".wav" or ".wave" or ".rf64")
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
            return await OpenPcmAsync(file, title);
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} is not there.", path);
        }

        var track = SndfileTrack.Open(path, out var why, out var text);
        return (track, why, text);
    }

    // While one writer is read to its end, and until the next is awaited, the pipe has a reader: who opens it in between does not fail. What somebody wrote
    // that nobody understands goes with the last reader, and its writer is told by a broken pipe.
    private void Hold(SafePipeHandle? pipe)
    {
        LetGoOfPipe();
        _held = pipe;
    }

    private void LetGoOfPipe()
    {
        _held?.Dispose();
        _held = null;
    }

    private async Task<(IAudioTrack? Track, Reason Why, string Text)> OpenPcmAsync(Stream stream, string title, TimeProvider? awaits = null)
    {
        IPcmReader reader = _raw is { } format ? new PcmReader(format) : new WavReader();
        var (track, why) = await PcmTrack.OpenAsync(stream, reader, title, awaits, _stop.Token);
        return (track, why, "");
    }

    // Completed when at least one sample frame came out.
    private async Task<Reason> CopyAsync(IAudioTrack track)
    {
        var buffer = new byte[Math.Max(ReadBytes, track.Format.BytesPerFrame)];
        while (!Queue.Change(track.Format, track.Title))
        {
            await _room.WaitAsync(_stop.Token);
        }

        var any = false;
        int read;
        while ((read = await track.ReadAsync(buffer, _stop.Token)) > 0)
        {
            any = true;
            for (var at = 0; at < read;)
            {
                var taken = Queue.Write(buffer.AsSpan(at, read - at));
                at += taken;
                if (at < read)
                {
                    await _room.WaitAsync(_stop.Token);
                }
            }
        }

        return any ? Reason.Completed : Reason.TruncatedInput;
    }

    private void TellUnreadable(string path, Reason why, string text) =>
        Log.SourceUnreadable(_log, Log.Level(Reasons.Describe(why)), _station, path, text, why.Tag());

    private void MakeRoom()
    {
        if (Queue.IsDisposed)
        {
            _stop.Cancel();
        }

        _room.Release();
    }
}
