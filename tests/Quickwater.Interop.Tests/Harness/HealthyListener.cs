using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Quickwater.Audio;

namespace Quickwater.Interop.Tests;

/// <summary>
/// A listener as it should be, on a thread of its own: it hears its station, asks the server for its clock with every chunk, and now and then connects
/// once more. It keeps how long the answers took.
/// </summary>
internal sealed class HealthyListener : IAsyncDisposable
{
    private const int ChunksBetweenConnects = 25;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly IPEndPoint _server;
    private readonly Task _work;
    private readonly List<double> _answers = [];
    private readonly List<double> _connects = [];
    private readonly byte[] _body = new byte[1 << 16];
    private volatile bool _isOver;

    public HealthyListener(IPEndPoint server)
    {
        _server = server;
        _work = Task.Factory.StartNew(Listen, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Chunks heard so far.</summary>
    public int Chunks { get; private set; }

    /// <summary>Chunks that did not come.</summary>
    public long Missing { get; private set; }

    /// <summary>How long pings took to be answered, in milliseconds; complete once it is disposed.</summary>
    public IReadOnlyList<double> Answers => _answers;

    /// <summary>How long new connections took from connect to accept, in milliseconds; complete once it is disposed.</summary>
    public IReadOnlyList<double> Connects => _connects;

    /// <summary>Leaves. Throws if it was not answered, refused or ended.</summary>
    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        await _work.WaitAsync(s_patience);
    }

    private void Listen()
    {
        using var socket = Connect("speech");
        var (last, asked, id) = (-1L, 0L, 0u);
        while (!_isOver)
        {
            var type = Read(socket, out var body);
            Assert.NotEqual(AudioMessageType.Refuse, type);
            if (type == AudioMessageType.Pong)
            {
                Assert.Equal(id, BinaryPrimitives.ReadUInt32BigEndian(body));
                _answers.Add(TimeProvider.System.GetElapsedTime(asked).TotalMilliseconds);
                asked = 0;
            }
            else if (type == AudioMessageType.Audio)
            {
                var sequence = (long)BinaryPrimitives.ReadUInt64BigEndian(body);
                Missing += last < 0 ? 0 : sequence - last - 1;
                (last, Chunks) = (sequence, Chunks + 1);
                if (asked == 0 && Chunks % ChunksBetweenConnects == 0)
                {
                    ConnectOnceMore();
                }
                else if (asked == 0)
                {
                    asked = TimeProvider.System.GetTimestamp();
                    socket.Send(AudioMessageWriter.ToArray(new Ping(++id, asked)));
                }
            }
        }
    }

    private void ConnectOnceMore()
    {
        var began = TimeProvider.System.GetTimestamp();
        using var socket = Connect("");
        Assert.Equal(AudioMessageType.Accept, Read(socket, out _));
        _connects.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
    }

    private Socket Connect(string station)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)s_patience.TotalMilliseconds };
        socket.Connect(_server);
        socket.Send(AudioMessageWriter.ToArray(new Hello(station, "healthy", BurstMilliseconds: 0)));
        return socket;
    }

    private AudioMessageType Read(Socket socket, out ReadOnlySpan<byte> message)
    {
        Span<byte> header = stackalloc byte[4];
        socket.ReceiveWhole(header);
        var body = _body.AsSpan(0, (int)(BinaryPrimitives.ReadUInt32BigEndian(header) & 0xFFFFFF));
        socket.ReceiveWhole(body);
        message = body;
        return (AudioMessageType)header[0];
    }
}
