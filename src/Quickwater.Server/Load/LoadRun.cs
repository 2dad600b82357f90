using System.Diagnostics;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Net;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>
/// Runs a load: connects publishers and viewers on one engine of its own, waits until all get media, measures. Use it once.
/// </summary>
internal sealed class LoadRun : IConnectionObserver, IDisposable
{
    private const int DialsAtOnce = 32;
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Straggle = TimeSpan.FromSeconds(10);

    private readonly LoadOptions _options;
    private readonly Process? _server;
    private readonly Engine _engine;
    private readonly EpollLoops? _loops;
    private readonly TcpDialer _dialer;
    private readonly Frame.Pool _frames;
    private readonly PooledBytes.Pool _buffers;
    private readonly LoadWindow _window;
    private readonly List<LoadSource> _sources = [];
    private readonly LoadViewer[] _viewers;
    private readonly CancellationTokenSource _failed = new();
    private ClientFailure _failure;

    /// <summary>Prepares a load.</summary>
    /// <param name="options">What it consists of.</param>
    /// <param name="server">The server's process, when it is on this machine and ours.</param>
    public LoadRun(LoadOptions options, Process? server)
    {
        _options = options;
        _server = server;
        _engine = new Engine(new EngineOptions(), new SystemScheduler(), TimeProvider.System, this);
        _loops = EpollLoops.IsSupported ? new EpollLoops(1) : null;
        _dialer = new TcpDialer(_engine.Leaks, TimeProvider.System, _loops);
        _frames = new Frame.Pool(_engine.Leaks);
        _buffers = new PooledBytes.Pool(_engine.Leaks);
        _window = new LoadWindow { HasForeign = options.Publishers == 0 };
        _viewers = [.. Enumerable.Range(0, options.Viewers).Select(_ => new LoadViewer(_window))];
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="ClientException">A connection failed, or the viewers got nothing.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public async Task<LoadReport> RunAsync(CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, _failed.Token);
        try
        {
            return await MeasureAsync(over.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ClientException(_failure);
        }
        finally
        {
            _engine.Abort(Reason.Cancelled);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loops?.Dispose();
        _engine.Dispose();
        _failed.Dispose();
    }

    void IConnectionObserver.Opened(Core.ConnectionInfo connection)
    {
    }

    void IConnectionObserver.Closed(Core.ConnectionInfo connection, Reason why, in ConnectionStats stats)
    {
        if (why != Reason.Cancelled)
        {
            Fail(new ClientFailure(why, "", $"connection {connection.Id} of the load ended: {why.Text()}"));
        }
    }

    void IConnectionObserver.Faulted(Core.ConnectionInfo connection, Exception fault) =>
        Fail(new ClientFailure(Reason.LocalFault, "", fault.ToString()));

    private async Task<LoadReport> MeasureAsync(CancellationToken stop)
    {
        for (var stream = 0; stream < _options.Publishers; stream++)
        {
            var source = new LoadSource(_options, _engine.Clock, _frames, _buffers);
            _sources.Add(source);
            await OpenAsync(_options.UrlOf(stream), options => RtmpClient.Publisher(options, _buffers, new SystemEntropy(), source), stop);
        }

        // A viewer that waits for its stream is told of it all the same; this is for the server's memory without viewers.
        await Task.Delay(_options.Warm, stop);
        var residentBefore = Resident();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, _viewers.Length),
            new ParallelOptions { MaxDegreeOfParallelism = DialsAtOnce, CancellationToken = stop },
            async (viewer, cancel) => await OpenAsync(
                _options.UrlOf(viewer % Math.Max(1, _options.Publishers)),
                options => RtmpClient.Player(options, _buffers, new SystemEntropy(), _viewers[viewer]), cancel));
        await AllStartedAsync(stop);
        await Task.Delay(_options.Warm, stop);
        return await WindowAsync(residentBefore, stop);
    }

    private async Task<LoadReport> WindowAsync(long residentBefore, CancellationToken stop)
    {
        var (serverCpu, loadCpu) = (Cpu(_server), Environment.CpuUsage.TotalTime);
        _window.Begin();
        await Task.Delay(_options.Duration, stop);
        _window.End();
        var (serverUsed, loadUsed) = (Cpu(_server) - serverCpu, Environment.CpuUsage.TotalTime - loadCpu);
        var resident = Resident();
        var expected = Enumerable.Range(0, _viewers.Length)
            .Select(viewer => _sources.Count == 0 ? 0 : _sources[viewer % _sources.Count].FramesBetween(_window.From, _window.To)).ToArray();
        await StragglersAsync(expected, stop);
        return new LoadReport
        {
            Viewers = _viewers.Count(viewer => viewer.HasStarted),
            Measured = TimeProvider.System.GetElapsedTime(_window.From, _window.To),
            FramesExpected = expected.Sum(),
            FramesReceived = _viewers.Sum(viewer => viewer.Frames),
            ViewersMissing = _viewers.Where((viewer, i) => viewer.Frames < expected[i]).Count(),
            Bytes = _viewers.Sum(viewer => viewer.Bytes),
            Window = _window,
            Lateness = _sources.Count == 0 ? TimeSpan.Zero : _sources.Max(source => source.Lateness.Percentile(0.99)),
            LoadCpu = loadUsed,
            ServerCpu = _server is null ? null : serverUsed,
            ServerBytesPerViewer = _server is null ? null : (double)(resident - residentBefore) / _viewers.Length,
        };
    }

    // Frames of the window may still be under way; those that do not come by then are missing.
    private async Task StragglersAsync(long[] expected, CancellationToken stop)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (_sources.Count > 0 && _viewers.Where((viewer, i) => viewer.Frames < expected[i]).Any()
            && TimeProvider.System.GetElapsedTime(since) < Straggle)
        {
            await Task.Delay(Between, stop);
        }
    }

    private async Task AllStartedAsync(CancellationToken stop)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!_viewers.All(viewer => viewer.HasStarted))
        {
            if (TimeProvider.System.GetElapsedTime(since) > JoinTimeout)
            {
                throw new ClientException(new ClientFailure(
                    Reason.TransportTimedOut, "", $"{_viewers.Count(viewer => !viewer.HasStarted)} viewers got no media within {JoinTimeout.TotalSeconds:0} s"));
            }

            await Task.Delay(Between, stop);
        }
    }

    private async Task OpenAsync(string url, Func<RtmpClientOptions, RtmpClient> make, CancellationToken stop)
    {
        if (!RtmpClientOptions.TryParse(url, out var host, out var port, out var options) || options is null)
        {
            throw new ArgumentException(url, nameof(url));
        }

        var dialed = await _dialer.DialAsync(host, port, DialTimeout, stop);
        if (dialed.Transport is null)
        {
            throw new ClientException(new ClientFailure(dialed.Reason));
        }

        // Of a thousand that come at once the last may wait; that is no failure of theirs.
        _engine.Open(dialed.Transport, make(options with { SetupTimeout = JoinTimeout }));
    }

    private void Fail(ClientFailure failure)
    {
        lock (_failed)
        {
            if (_failure.Why == Reason.None)
            {
                _failure = failure;
                _failed.CancelAfter(TimeSpan.Zero);
            }
        }
    }

    private static TimeSpan Cpu(Process? process)
    {
        process?.Refresh();
        return process?.TotalProcessorTime ?? TimeSpan.Zero;
    }

    private long Resident()
    {
        _server?.Refresh();
        return _server?.WorkingSet64 ?? 0;
    }
}
