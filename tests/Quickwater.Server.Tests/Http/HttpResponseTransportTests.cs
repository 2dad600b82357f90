using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Quickwater.Core;

namespace Quickwater.Server.Tests;

/// <summary>The contract of a transport, as far as it holds for one that only sends, through a real Kestrel.</summary>
public sealed class HttpResponseTransportTests
{
    private const int PlentyBytes = 16 << 20; // more than all buffers on the way hold

    [Fact]
    public async Task Parts_of_batches_arrive_in_order_and_finishing_ends_the_body()
    {
        await using var response = await Response.OpenAsync();
        var batch = new SendBatch();
        batch.Begin(1 << 20);
        var expected = new List<byte>();
        for (var i = 0; i < 20; i++)
        {
            var (copied, shared) = (Pattern(10 + i), Pattern(3000 + i));
            batch.Write(copied);
            batch.Reference(shared, new Unowned());
            expected.AddRange(copied);
            expected.AddRange(shared);
        }

        Assert.Equal(IoResult.Completed(expected.Count), await response.SendAsync(batch));
        Assert.Equal(IoResult.Completed(3), await response.SendAsync(Batch([1, 2, 3])));
        batch.Release();
        response.Transport.FinishSending();
        Assert.Equal(IoResult.EndOfStream, await response.ReceiveAsync());
        response.Transport.Close();

        Assert.Equal([.. expected, 1, 2, 3], await response.BodyAsync());
    }

    [Fact]
    public async Task Closing_twice_completes_what_is_in_flight_once_and_cuts_the_body_short()
    {
        await using var response = await Response.OpenAsync();
        await response.StartAsync();
        response.Receive();
        var batch = Batch(Pattern(PlentyBytes));
        Assert.Equal(IoStatus.Pending, response.Send(batch).Status); // nobody reads

        response.Close();
        response.Close();

        Assert.Equal(IoStatus.Failed, (await response.SentAsync()).Status);
        Assert.Equal(IoResult.Failed(Reason.Disposed), await response.ReceivedAsync());
        await response.HandledAsync();
        batch.Release();
        Assert.Equal((1, 1), (response.Sends, response.Receives));
        Assert.Equal(IoResult.Failed(Reason.Disposed), response.Send(batch));
        await Assert.ThrowsAnyAsync<Exception>(response.BodyAsync);
    }

    [Fact]
    public async Task Closing_unfinished_with_nothing_in_flight_also_cuts_the_body_short()
    {
        await using var response = await Response.OpenAsync();
        await response.StartAsync();

        response.Close();

        await response.HandledAsync();
        await Assert.ThrowsAnyAsync<Exception>(response.BodyAsync);
    }

    [Fact]
    public async Task A_response_that_has_not_begun_is_still_the_handlers_after_a_close()
    {
        await using var response = await Response.OpenAsync();

        response.Close();

        await response.HandledAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await response.AnswerAsync()).StatusCode);
    }

    [Fact]
    public async Task A_peer_that_goes_away_ends_the_receive_and_the_send_in_flight()
    {
        await using var response = await Response.OpenAsync();
        await response.StartAsync();
        response.Receive();
        var batch = Batch(Pattern(PlentyBytes));
        Assert.Equal(IoStatus.Pending, response.Send(batch).Status);

        await response.LeaveAsync();

        Assert.Equal(IoResult.Failed(Reason.PeerClosed), await response.ReceivedAsync());
        Assert.Equal(IoResult.Failed(Reason.PeerClosed), await response.SentAsync());
        Assert.Equal(PlentyBytes, batch.Bytes); // the transport took nothing out of it
        batch.Release();
        response.Close();
        await response.HandledAsync();
        Assert.Equal((1, 1), (response.Sends, response.Receives));
    }

    private static SendBatch Batch(byte[] bytes)
    {
        var batch = new SendBatch();
        batch.Begin(bytes.Length);
        batch.Reference(bytes, new Unowned());
        return batch;
    }

    private static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        new Rng((ulong)length).Fill(bytes);
        return bytes;
    }

    private sealed class Unowned : ISharedBytes
    {
        public void Retain()
        {
        }

        public void Release()
        {
        }
    }

    /// <summary>A request that is being answered through the transport under test.</summary>
    private sealed class Response : ITransportEvents, IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        private readonly Channel<IoResult> _received = Channel.CreateUnbounded<IoResult>();
        private readonly Channel<IoResult> _sent = Channel.CreateUnbounded<IoResult>();
        private readonly TaskCompletionSource<HttpResponseTransport> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _handled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly HttpClient _client = new();
        private readonly StringWriter _lines = new();
        private readonly LogSink _sink;
        private readonly LineLoggerProvider _log;
        private WebListener? _listener;
        private HttpResponseTransport? _transport;
        private Task<HttpResponseMessage>? _answer;

        private Response()
        {
            _sink = new LogSink(_lines, owned: false);
            _log = new LineLoggerProvider(_sink, LogFormat.Text, LogLevel.Warning, TimeProvider.System);
        }

        [field: ThreadStatic]
        private static bool InsideCall { get; set; }

        public int Receives { get; private set; }

        public int Sends { get; private set; }

        public HttpResponseTransport Transport => _transport ?? throw new InvalidOperationException("Not open yet.");

        private bool CalledFromInside { get; set; }

        public static async Task<Response> OpenAsync()
        {
            var response = new Response();
            response._listener = await WebListener.StartAsync(
                new IPEndPoint(IPAddress.Loopback, 0), TestPlaces.For(10), response._log,
                app => ViewerEndpoints.Map(app, new FakeStatus(), response.HandleAsync, _ => Task.CompletedTask), CancellationToken.None);
            response._answer = response._client.GetAsync(
                new Uri($"http://{response._listener.Local}/live/a.flv"), HttpCompletionOption.ResponseHeadersRead);
            response._transport = await response._opened.Task.WaitAsync(Patience);
            response._transport.Bind(response);
            return response;
        }

        public Task<HttpResponseMessage> AnswerAsync() => (_answer ?? throw new InvalidOperationException("Not open yet.")).WaitAsync(Patience);

        public async Task<byte[]> BodyAsync() => await (await AnswerAsync()).Content.ReadAsByteArrayAsync().WaitAsync(Patience);

        /// <summary>Sends the first bytes, so that the answer has begun.</summary>
        public async Task StartAsync()
        {
            Assert.Equal(IoResult.Completed(3), await SendAsync(Batch([1, 2, 3])));
            Assert.Equal(HttpStatusCode.OK, (await AnswerAsync()).StatusCode);
        }

        public async Task LeaveAsync() => (await AnswerAsync()).Dispose();

        public IoResult Send(SendBatch batch) => Inside(() => Transport.Send(batch));

        public async Task<IoResult> SendAsync(SendBatch batch) =>
            Send(batch) is { Status: not IoStatus.Pending } result ? result : await SentAsync();

        public IoResult Receive() => Inside(() => Transport.Receive(new byte[10]));

        public async Task<IoResult> ReceiveAsync() => Receive() is { Status: not IoStatus.Pending } result ? result : await ReceivedAsync();

        public void Close() => Inside(() =>
        {
            Transport.Close();
            return IoResult.Pending;
        });

        public Task<IoResult> SentAsync() => _sent.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public Task<IoResult> ReceivedAsync() => _received.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        /// <summary>Waits until the request's handler has returned.</summary>
        public Task HandledAsync() => _handled.Task.WaitAsync(Patience);

        void ITransportEvents.ReceiveCompleted(IoResult result)
        {
            CalledFromInside |= InsideCall;
            Receives++;
            _received.Writer.TryWrite(result);
        }

        void ITransportEvents.SendCompleted(IoResult result)
        {
            CalledFromInside |= InsideCall;
            Sends++;
            _sent.Writer.TryWrite(result);
        }

        void ITransportEvents.Faulted(Exception fault) => _sent.Writer.TryComplete(fault);

        public async ValueTask DisposeAsync()
        {
            Close();
            await HandledAsync();
            _client.Dispose();
            if (_listener is not null)
            {
                await _listener.StopAsync(CancellationToken.None);
                await _listener.DisposeAsync();
            }

            _log.Dispose();
            await _sink.DisposeAsync();
            await _lines.DisposeAsync();
            Assert.False(CalledFromInside);
        }

        private static IoResult Inside(Func<IoResult> call)
        {
            InsideCall = true;
            var result = call();
            InsideCall = false;
            return result;
        }

        // As the server's handler does; 204 stands for what it answers when nothing was sent.
        private async Task HandleAsync(HttpContext context)
        {
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            var connection = context.Connection;
            var transport = new HttpResponseTransport(
                context,
                context.Features.Get<IConnectionSocketFeature>()?.Socket,
                new IPEndPoint(connection.RemoteIpAddress ?? IPAddress.None, connection.RemotePort),
                new IPEndPoint(connection.LocalIpAddress ?? IPAddress.None, connection.LocalPort),
                answer => answer.StatusCode = StatusCodes.Status200OK);
            _opened.SetResult(transport);
            await transport.Unused;
            if (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            {
                context.Response.StatusCode = StatusCodes.Status204NoContent;
            }

            _handled.SetResult();
        }
    }
}
