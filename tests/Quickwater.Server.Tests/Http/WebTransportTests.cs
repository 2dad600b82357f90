using System.Net;
using Quickwater.Core;

namespace Quickwater.Server.Tests;

/// <summary>What transports over ASP.NET Core share: when a request's handler may return.</summary>
public sealed class WebTransportTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A peer goes away while its connection is being closed: the receive completes in the middle of the close. The request must outlive
    /// the close, which still uses it.
    /// </summary>
    [Fact]
    public async Task The_request_is_in_use_until_the_close_is_over_whatever_completes_meanwhile()
    {
        var transport = new ClosingTransport();
        transport.Bind(transport);
        Assert.Equal(IoResult.Pending, transport.Receive(Memory<byte>.Empty));

        transport.Close();

        await transport.Unused.WaitAsync(Patience);
        Assert.True(transport.HasReceived, "the receive was over before the close was");
        Assert.False(transport.UnusedTooEarly);
        Assert.Null(transport.Fault);
    }

    // Its receive completes inside its close, which then looks whether it still has its request.
    private sealed class ClosingTransport() : WebTransport(new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2)),
        ITransportEvents
    {
        private static readonly TimeSpan Enough = TimeSpan.FromMilliseconds(200);
        private readonly TaskCompletionSource<IoResult> _receive = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _received = new();

        public bool UnusedTooEarly { get; private set; }

        public bool HasReceived { get; private set; }

        public Exception? Fault { get; private set; }

        public override void FinishSending()
        {
        }

        public void ReceiveCompleted(IoResult result) => _received.Set();

        public void Faulted(Exception fault) => Fault ??= fault;

        public void SendCompleted(IoResult result)
        {
        }

        protected override ValueTask<IoResult> ReceiveAsync(Memory<byte> buffer) => new(_receive.Task);

        protected override ValueTask<IoResult> SendAsync(SendBatch batch) => new(IoResult.Failed(Reason.Disposed));

        protected override void EndOperations(bool cutShort)
        {
            _receive.SetResult(IoResult.Failed(Reason.PeerClosed));
            HasReceived = _received.Wait(Patience);
            _received.Dispose();
            UnusedTooEarly = Task.WaitAny([Unused], Enough) == 0;
        }
    }
}
