using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Quickwater.Interop.Tests;

/// <summary>A caller of RPC as it should be, on a thread of its own: ten calls a second, one after the other. It keeps how long the answers took.</summary>
internal sealed class HealthyCaller : IAsyncDisposable
{
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly IPEndPoint _server;
    private readonly Task _work;
    private readonly List<double> _answers = [];
    private readonly ManualResetEventSlim _over = new();

    /// <summary>Connects and begins.</summary>
    public HealthyCaller(IPEndPoint server)
    {
        _server = server;
        _work = Task.Factory.StartNew(Call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>How long each answer took, in milliseconds, in order. Until it is disposed, only their number is to be asked.</summary>
    public IReadOnlyList<double> Answers => _answers;

    /// <summary>Leaves. Throws if a call was not answered, or wrongly.</summary>
    public async ValueTask DisposeAsync()
    {
        _over.Set();
        await _work.WaitAsync(s_patience);
        _over.Dispose();
    }

    private void Call()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)s_patience.TotalMilliseconds };
        socket.Connect(_server);
        var left = s_beat;
        for (var id = 1u; !_over.Wait(left > TimeSpan.Zero ? left : TimeSpan.Zero); id++)
        {
            var asked = TimeProvider.System.GetTimestamp();
            socket.Send(RawRpc.Request(id, $$"""{"method":"echo","params":{{id}}}"""));
            Assert.Equal((id, $$"""{"result":{{id}}}"""), Answer(socket));
            var took = TimeProvider.System.GetElapsedTime(asked);
            _answers.Add(took.TotalMilliseconds);
            left = s_beat - took;
        }
    }

    private static (uint Id, string Body) Answer(Socket socket)
    {
        Span<byte> header = stackalloc byte[RawRpc.HeaderBytes];
        socket.ReceiveWhole(header);
        var body = new byte[BinaryPrimitives.ReadUInt32BigEndian(header[8..])];
        socket.ReceiveWhole(body);
        return (BinaryPrimitives.ReadUInt32BigEndian(header[4..]), Encoding.UTF8.GetString(body));
    }
}
