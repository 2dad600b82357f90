using System.Security.Cryptography;
using Quickwater.Core;
using Quickwater.Net;
using Quickwater.Rtmp;

namespace Quickwater.Interop.Tests;

/// <summary>Viewers from the library, in this process, on an engine of their own.</summary>
internal sealed class Audience : IDisposable, IConnectionObserver, IEntropy
{
    private readonly Engine _engine;
    private readonly PooledBytes.Pool _buffers;

    public Audience()
    {
        _engine = new Engine(new EngineOptions(), new SystemScheduler(), TimeProvider.System, this);
        _buffers = new PooledBytes.Pool(_engine.Leaks);
    }

    /// <summary>Faults of our own code in its turns.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Viewers that are connected.</summary>
    public int Count => _engine.OpenCount;

    /// <summary>Connects a viewer, which plays from now on.</summary>
    public async Task<Viewer> JoinAsync(string url)
    {
        Assert.True(RtmpClientOptions.TryParse(url, out var host, out var port, out var options));
        Assert.NotNull(options);
        var dialed = await new TcpDialer(_engine.Leaks, TimeProvider.System).DialAsync(host, port, TimeSpan.FromSeconds(60));
        Assert.Equal(Reason.None, dialed.Reason);
        Assert.NotNull(dialed.Transport);
        var watch = new PlayWatch(dialed.Transport, _engine.Clock);
        var sink = new TagSink();
        var client = RtmpClient.Player(options, _buffers, this, sink);
        return new Viewer(_engine.Open(watch, client), client, watch, sink);
    }

    public void Dispose()
    {
        _engine.Abort(Reason.Disposed);
        _engine.Dispose();
    }

    void IConnectionObserver.Opened(ConnectionInfo connection)
    {
    }

    void IConnectionObserver.Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats)
    {
    }

    void IConnectionObserver.Faulted(ConnectionInfo connection, Exception fault) => Fault ??= fault;

    void IEntropy.Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);

    /// <summary>One viewer.</summary>
    internal sealed record Viewer(Connection Connection, RtmpClient Client, PlayWatch Transport, TagSink Sink)
    {
        /// <summary>What it got so far.</summary>
        public Tag[] Tags => Sink.Tags;

        /// <summary>From play on its way out to the first media message; null before that came.</summary>
        public TimeSpan? FirstMedia => Sink.First is { } first && Transport.PlaySent is { } sent ? first - sent : null;

        /// <summary>Waits until it got so many messages.</summary>
        public Task GotAsync(int tags, int withinSeconds = 60) => Until.HoldsAsync(
            () => Sink.Count >= tags || Connection.Ended != Reason.None, TimeSpan.FromSeconds(withinSeconds), $"{tags} messages");

        /// <summary>Waits until its connection is over.</summary>
        public Task EndedAsync(int withinSeconds = 60) =>
            Until.HoldsAsync(() => Connection.Ended != Reason.None, TimeSpan.FromSeconds(withinSeconds), "the viewer's end");
    }
}
