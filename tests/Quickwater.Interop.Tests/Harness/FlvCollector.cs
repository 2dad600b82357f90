using System.Net.WebSockets;

namespace Quickwater.Interop.Tests;

/// <summary>A viewer by HTTP or WebSocket that opens the stream again whenever it ends, and keeps each piece as a file.</summary>
/// <param name="folder">Where the files go.</param>
/// <param name="address">What it watches.</param>
/// <param name="name">What its files are called.</param>
internal sealed class FlvCollector(TemporaryFolder folder, Uri address, string name) : IAsyncDisposable
{
    private const int PiecesMax = 20;

    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly List<string> _pieces = [];
    private Task _running = Task.CompletedTask;

    /// <summary>The files so far that hold anything, in order. Ask when it has stopped.</summary>
    public IReadOnlyList<string> Pieces => [.. _pieces.Where(static file => new FileInfo(file).Length > 0)];

    /// <summary>How often it has opened the stream.</summary>
    public int Opened => _pieces.Count;

    /// <summary>Begins to watch.</summary>
    public void Start() => _running = RunAsync();

    /// <summary>Goes away.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested && _pieces.Count < PiecesMax)
        {
            var file = folder[$"{name}-{_pieces.Count}.flv"];
            _pieces.Add(file);
            await using var piece = File.Create(file);
            try
            {
                await (address.Scheme == "ws" ? FromWebSocketAsync(piece) : FromHttpAsync(piece));
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException or WebSocketException or IOException)
            {
                // It stops, or the stream is not live (yet): the next request waits for it.
            }
        }
    }

    private async Task FromHttpAsync(FileStream piece)
    {
        using var answer = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, _stop.Token);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync(_stop.Token);
        await body.CopyToAsync(piece, _stop.Token);
    }

    private async Task FromWebSocketAsync(FileStream piece)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(address, _stop.Token);
        var buffer = new byte[65_536];
        while (await socket.ReceiveAsync(buffer.AsMemory(), _stop.Token) is { MessageType: WebSocketMessageType.Binary } got)
        {
            await piece.WriteAsync(buffer.AsMemory(0, got.Count), CancellationToken.None);
        }
    }
}
