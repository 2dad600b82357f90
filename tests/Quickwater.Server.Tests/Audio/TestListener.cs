using System.Net;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Server.Tests;

/// <summary>A client of the audio protocol on a real socket, which keeps what it hears.</summary>
internal sealed class TestListener : IAudioSink, IConnectionObserver, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<byte> _samples = [];
    private readonly List<Notice> _notices = [];
    private readonly TaskCompletionSource<Reason> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Engine _engine;
    private Connection? _connection;
    private long _firstSequence = -1;

    public TestListener() => _engine = new Engine(new EngineOptions(), new SystemScheduler(), TimeProvider.System, this);

    public AudioClientSession? Session { get; private set; }

    public AudioFormat Heard { get; private set; }

    public string Playing { get; private set; } = "";

    /// <summary>Over when the connection is, with its reason on this side.</summary>
    public Task<Reason> Ended => _ended.Task;

    public long FirstSequence => Volatile.Read(ref _firstSequence);

    public byte[] Samples
    {
        get
        {
            lock (_lock)
            {
                return [.. _samples];
            }
        }
    }

    public IReadOnlyList<Notice> Notices
    {
        get
        {
            lock (_lock)
            {
                return [.. _notices];
            }
        }
    }

    public static Task<TestListener> ConnectAsync(IPEndPoint server, string station, TimeSpan? burst = null) => OpenAsync(station, async () =>
    {
        var dialed = await new TcpDialer(new LeakCounters(), TimeProvider.System)
            .DialAsync(server.Address.ToString(), server.Port, TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.NotNull(dialed.Transport);
        return dialed.Transport;
    }, burst);

    /// <summary>The same over any transport.</summary>
    public static async Task<TestListener> OpenAsync(string station, Func<Task<ITransport>> dial, TimeSpan? burst = null)
    {
        var listener = new TestListener();
        var transport = await dial();
        var patience = TimeSpan.FromMinutes(5);
        var client = new AudioClient(
            new AudioClientOptions { Station = station, Burst = burst, Agent = "test", SetupTimeout = patience, IdleTimeout = patience },
            new PooledBytes.Pool(listener._engine.Leaks), listener);
        listener._connection = listener._engine.Open(transport, client);
        listener.Session = client.Session;
        return listener;
    }

    /// <summary>A time of the server's clock as this client meets it, on a clock that all clients of this machine share.</summary>
    public TimeSpan OnThisMachine(long serverMicroseconds)
    {
        var local = TimeSpan.FromMicroseconds(Session?.Clock.ToLocal(serverMicroseconds) ?? 0);
        while (true)
        {
            // Where this client's clock stands on the machine's; read so quickly that nothing came in between.
            var before = TimeProvider.System.GetTimestamp();
            var now = _engine.Clock.Now - Instant.Zero;
            var took = TimeProvider.System.GetElapsedTime(before);
            if (took < TimeSpan.FromMicroseconds(100))
            {
                return TimeProvider.System.GetElapsedTime(0, before) - now + local;
            }
        }
    }

    public void Leave() => _connection?.Post(Command.Kick(Reason.Cancelled));

    public void Dispose()
    {
        _connection?.Abort(Reason.Cancelled);
        _engine.Dispose();
    }

    void IAudioSink.Accepted(in Accept accept)
    {
    }

    void IAudioSink.Format(in FormatNotice format) => Heard = format.Format;

    void IAudioSink.Chunk(in AudioChunk chunk)
    {
        Interlocked.CompareExchange(ref _firstSequence, chunk.Sequence, -1);
        lock (_lock)
        {
            _samples.AddRange(chunk.Samples);
        }
    }

    void IAudioSink.Titled(string title) => Playing = title;

    void IAudioSink.Noticed(in Notice notice)
    {
        lock (_lock)
        {
            _notices.Add(notice);
        }
    }

    void IAudioSink.Listed(IReadOnlyList<StationEntry> stations)
    {
    }

    void IConnectionObserver.Opened(ConnectionInfo connection)
    {
    }

    void IConnectionObserver.Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats) => _ended.TrySetResult(why);

    void IConnectionObserver.Faulted(ConnectionInfo connection, Exception fault) => _ended.TrySetException(fault);
}
