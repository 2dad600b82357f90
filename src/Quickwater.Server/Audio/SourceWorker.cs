using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
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
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly PipeClaims _claims;
    private readonly TrackOpener _opener;
    private readonly LineBudget _lines;
    private readonly ConcurrentDictionary<Reason, long> _problems = new();
    private readonly SemaphoreSlim _room = new(0);
    private readonly CancellationTokenSource _stop = new();
    private volatile SourceCondition _condition = SourceCondition.Initial;
    private Task _work = Task.CompletedTask;

    /// <summary>Makes a worker that does nothing before <see cref="Start"/>.</summary>
    /// <param name="station">The station's name, for the log.</param>
    /// <param name="source">A file, a folder, a playlist, a named pipe, or <c>-</c> for standard input.</param>
    /// <param name="loop">Whether it begins anew at its end, and tries again when it fails.</param>
    /// <param name="raw">The format of raw PCM; null for files that say it themselves.</param>
    /// <param name="log">Where it logs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="claims">Who reads which pipe, of all sources of the server.</param>
    public SourceWorker(string station, string source, bool loop, AudioFormat? raw, ILogger log, TimeProvider time, PipeClaims? claims = null)
    {
        (_station, _source, _loop, _log, _time) = (station, source, loop, log, time);
        (_claims, _opener, _lines) = (claims ?? new PipeClaims(), new TrackOpener(station, raw, Faulted, time), new LineBudget(time));
        Queue = new ReadAheadQueue(AheadBytesMax, MakeRoom);
    }

    /// <summary>The station's name.</summary>
    public string Station => _station;

    /// <summary>What it reads, as the configuration names it.</summary>
    public string Source => _source;

    /// <summary>How it is doing.</summary>
    public SourceCondition Condition => _condition;

    /// <summary>How often something could not be played, by reason.</summary>
    public IReadOnlyDictionary<Reason, long> Problems => _problems;

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

    private void Faulted(Exception fault) => Log.SourceFault(_log, fault, _station, _source);

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
            Faulted(fault);
            Queue.End(Reason.LocalFault);
        }

        _condition = _condition with { State = SourceState.Ended };
        _opener.Dispose();
        _claims.LetGo(this);
        TellLeftOut(_lines.TakeUnsaid());
    }

    private async Task<Reason> PlayAllAsync()
    {
        var retry = RetryMin;
        while (true)
        {
            var isInput = _source == FileIdentity.StandardInput;
            var (played, why) = isInput ? (true, await PlayAsync(SourceTrack.Of(_source))) : await PlayRoundAsync();
            if (!_loop || isInput)
            {
                return played ? Reason.Completed : why;
            }

            if (played)
            {
                retry = RetryMin;
                continue;
            }

            _condition = _condition with { State = SourceState.Failed };
            await Task.Delay(retry, _time, _stop.Token);
            retry = Queue.IsLive ? RetryMin : retry + retry < RetryMax ? retry + retry : RetryMax; // a pipe paces itself: it waits for a writer
        }
    }

    // All tracks once. Played: at least one of them gave something.
    private async Task<(bool Played, Reason Why)> PlayRoundAsync()
    {
        var (played, last) = (false, Reason.NoAudio);
        try
        {
            var list = TrackList.Of(_source);
            if (list.Tracks.Count == 0)
            {
                TellUnreadable(_source, Reason.NoAudio, list.Remark);
            }
            else if (list.Remark.Length > 0 && list.Remark != _condition.Remark)
            {
                Log.SourceIncomplete(_log, _station, _source, list.Remark);
            }

            _condition = _condition with { Tracks = list.Tracks.Count, Remark = list.Remark };
            foreach (var track in list.Tracks)
            {
                last = await PlayAsync(track);
                played |= last == Reason.Completed;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            last = Reason.StorageFault;
            TellUnreadable(_source, last, e.Message);
        }

        return (played, last);
    }

    // One track. Completed when it was played to its end.
    private async Task<Reason> PlayAsync(SourceTrack named)
    {
        var path = named.Path;
        try
        {
            _condition = _condition with { State = SourceState.Opening, Path = path };
            var (track, why, text) = named.Paths.Count > 0 ? await OpenAsync(path) : (null, Reason.UnsupportedFormat, "it is an address in a network; stations play files");
            if (track is null)
            {
                _opener.Dispose();
                TellUnreadable(path, why, text);
                return why;
            }

            using (track)
            {
                return await PlayAsync(track, path, named.Title);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TellUnreadable(path, Reason.StorageFault, e.Message);
            return Reason.StorageFault;
        }
    }

    // All parts of a track. The playlist's title is that of the first.
    private async Task<Reason> PlayAsync(IAudioTrack track, string path, string title)
    {
        _condition = _condition with { State = SourceState.Playing };
        var played = await CopyAsync(track, path, title.Length > 0 ? title : track.Title);
        while (track.TryGoOn(out var why, out var text))
        {
            if (why == Reason.None)
            {
                played |= await CopyAsync(track, path, track.Title);
            }
            else
            {
                TellUnreadable(path, why, $"a part of it: {text}");
            }
        }

        if (played)
        {
            return Reason.Completed;
        }

        TellUnreadable(path, Reason.NoAudio, "");
        return Reason.NoAudio;
    }

    private async Task<(IAudioTrack? Track, Reason Why, string Text)> OpenAsync(string path)
    {
        Queue.IsLive = path == FileIdentity.StandardInput;
        if (!Queue.IsLive && !NamedPipe.IsAt(path))
        {
            return await _opener.OpenFileAsync(path, _stop.Token);
        }

        var reader = _claims.Claim(FileIdentity.OfPipe(path), this);
        if (!ReferenceEquals(reader, this))
        {
            return (null, Reason.InvalidConfiguration, $"station {reader.Station} reads it, and each would get a part of the samples; give it to one of them");
        }

        if (Queue.IsLive)
        {
            return await _opener.OpenInputAsync(_stop.Token);
        }

        if (NamedPipe.TryOpen(path) is not { } pipe)
        {
            return (null, Reason.StorageFault, "the named pipe cannot be opened for reading");
        }

        Queue.IsLive = true;
        _condition = _condition with { State = SourceState.Waiting };
        if (_lines.IsDue(out var unsaid))
        {
            TellLeftOut(unsaid);
            Log.SourceAwaitsWriter(_log, _station, path);
        }

        return await _opener.OpenPipeAsync(pipe, path, _stop.Token);
    }

    // True when at least one sample frame came out; without one nobody hears of it.
    private async Task<bool> CopyAsync(IAudioTrack track, string path, string title)
    {
        var buffer = new byte[Math.Max(ReadBytes, track.Format.BytesPerFrame)];
        var read = await track.ReadAsync(buffer, _stop.Token);
        if (read == 0)
        {
            return false;
        }

        while (!Queue.Change(track.Format, title, path))
        {
            await _room.WaitAsync(_stop.Token);
        }

        do
        {
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
        while ((read = await track.ReadAsync(buffer, _stop.Token)) > 0);

        return true;
    }

    private void TellUnreadable(string path, Reason why, string text)
    {
        var words = text.Length == 0 ? why.Text() : why == Reason.StorageFault ? text : $"{why.Text()}: {text}";
        _condition = _condition with { Why = why, Problem = $"{path}: {words}" };
        _problems.AddOrUpdate(why, 1, static (_, count) => count + 1);
        if (_lines.IsDue(out var unsaid))
        {
            TellLeftOut(unsaid);
            Log.SourceUnreadable(_log, Log.Level(Reasons.Describe(why)), _station, path, words, why.Tag());
        }
    }

    private void TellLeftOut(long unsaid)
    {
        if (unsaid > 0)
        {
            Log.SourceLinesLeftOut(_log, _station, unsaid);
        }
    }

    private void MakeRoom()
    {
        if (Queue.IsDisposed)
        {
            _stop.Cancel();
        }

        _room.Release();
    }
}
