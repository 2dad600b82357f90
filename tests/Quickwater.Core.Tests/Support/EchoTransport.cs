using System.Net;

namespace Quickwater.Core.Tests;

/// <summary>A transport that allocates nothing: 64 bytes arrive when the test says so, and sends complete at once.</summary>
internal sealed class EchoTransport : ITransport
{
    private static readonly IPEndPoint Nowhere = new(IPAddress.Loopback, 0);
    private readonly byte[] _message = new byte[64];
    private bool _arrived;

    public IPEndPoint Remote => Nowhere;

    public IPEndPoint Local => Nowhere;

    public long UnacknowledgedBytes => 0;

    public void Bind(ITransportEvents events)
    {
    }

    public IoResult Receive(Memory<byte> buffer)
    {
        if (!_arrived)
        {
            return IoResult.Pending;
        }

        if (buffer.IsEmpty)
        {
            return IoResult.Completed(0);
        }

        _arrived = false;
        _message.CopyTo(buffer);
        return IoResult.Completed(_message.Length);
    }

    public IoResult Send(SendBatch batch) => IoResult.Completed(batch.Bytes);

    public void FinishSending()
    {
    }

    public void LimitUnsent(int bytes)
    {
    }

    public void Close()
    {
    }

    internal void Arrive(ITransportEvents events)
    {
        _arrived = true;
        events.ReceiveCompleted(IoResult.Completed(0));
    }
}
