namespace Quickwater.Core;

/// <summary>Released batches for reuse: one kept by each thread, the rest behind a lock, bounded. Thread-safe.</summary>
internal sealed class SendBatchPool
{
    private const int KeptMax = 1024;

    [ThreadStatic]
    private static SendBatch? s_ofThisThread;

    private readonly FreeList<SendBatch> _kept = new(KeptMax);

    internal SendBatch Rent(int bytesMax, ITransport? transport = null)
    {
        var batch = s_ofThisThread;
        if (batch is not null)
        {
            s_ofThisThread = null;
        }
        else
        {
            batch = _kept.TryTake(out var kept) ? kept : new SendBatch();
        }

        batch.Begin(bytesMax, transport);
        return batch;
    }

    internal void Return(SendBatch batch)
    {
        batch.Release();
        if (s_ofThisThread is null)
        {
            s_ofThisThread = batch;
            return;
        }

        _kept.Give(batch);
    }
}
