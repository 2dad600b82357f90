using System.Net;
using Quickwater.Core;

namespace Quickwater.Interop.Tests;

/// <summary>A transport that notes when the play command goes out.</summary>
internal sealed class PlayWatch(ITransport inner, Clock clock) : ITransport
{
    // The command's name as an AMF0 string.
    private static readonly byte[] Play = [2, 0, 4, .. "play"u8];

    /// <summary>When play was handed to the operating system; null before.</summary>
    public Instant? PlaySent { get; private set; }

    public IPEndPoint Remote => inner.Remote;

    public IPEndPoint Local => inner.Local;

    public long UnacknowledgedBytes => inner.UnacknowledgedBytes;

    public void Bind(ITransportEvents events) => inner.Bind(events);

    public IoResult Receive(Memory<byte> buffer) => inner.Receive(buffer);

    public IoResult Send(SendBatch batch)
    {
        if (PlaySent is null)
        {
            var bytes = new byte[batch.Bytes];
            batch.CopyTo(bytes);
            PlaySent = bytes.AsSpan().IndexOf(Play) >= 0 ? clock.Now : null;
        }

        return inner.Send(batch);
    }

    public void FinishSending() => inner.FinishSending();

    public void LimitUnsent(int bytes) => inner.LimitUnsent(bytes);

    public void Close() => inner.Close();
}
