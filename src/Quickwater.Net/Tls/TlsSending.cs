using System.Net.Security;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>The sending side of a <see cref="TlsTransport"/> whose handshake is done: one send beneath for each of its own.</summary>
internal sealed class TlsSending(SslStream stream, TlsPipe pipe)
{
    private int _bytes;

    /// <summary>Starts to send. If it is pending, <see cref="TlsTransport.SendDone"/> follows.</summary>
    public IoResult Start(SendBatch batch)
    {
        _bytes = batch.Bytes;
        pipe.Begin(TlsRecords.CipherBytesMax(batch.Bytes));
        try
        {
            TlsRecords.Write(stream, batch);
        }
        catch (Exception e)
        {
            pipe.Drop();
            return IoResult.Failed(pipe.WhyBroken(e));
        }

        return Outcome(pipe.SendGathered());
    }

    /// <summary>What the outcome beneath means for the send.</summary>
    public IoResult Outcome(IoResult result) => result.Status == IoStatus.Completed ? IoResult.Completed(_bytes) : result;

    /// <summary>Sends close_notify. If it is pending, <see cref="TlsTransport.SendDone"/> follows.</summary>
    public IoResult Farewell()
    {
        pipe.Begin(TlsRecords.CipherBytesMax(0));
        try
        {
            stream.ShutdownAsync().GetAwaiter().GetResult(); // the pipe takes it at once
        }
        catch (Exception e)
        {
            pipe.Drop(); // a broken stream has no farewell; the receive that is or will be in flight says so
            return IoResult.Failed(pipe.WhyBroken(e));
        }

        return pipe.SendGathered();
    }
}
