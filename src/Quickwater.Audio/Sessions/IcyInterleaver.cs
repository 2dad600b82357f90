using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>Puts blocks of <see cref="IcyMetadata"/> where they belong among the bytes of one response. Part of the session's turn.</summary>
internal sealed class IcyInterleaver
{
    private int _left = IcyMetadata.IntervalBytes;
    private string _told = "";

    /// <summary>What is playing; goes out with the next block if it is another than before.</summary>
    internal string Title { get; set; } = "";

    /// <summary>Limits a batch to what stands before the next block.</summary>
    internal void Limit(SendBatch batch) => batch.LimitTo(_left);

    /// <summary>Writes the block if it belongs behind what the batch has by now. True when it did: the batch ends there.</summary>
    internal bool Close(SendBatch batch)
    {
        _left -= batch.Bytes;
        if (_left > 0)
        {
            return false;
        }

        _left = IcyMetadata.IntervalBytes;
        if (string.Equals(_told, Title, StringComparison.Ordinal))
        {
            batch.Reserve(1)[0] = 0;
            batch.Commit(1);
        }
        else
        {
            _told = Title;
            batch.Commit(IcyMetadata.Write(batch.Reserve(IcyMetadata.BlockBytesMax), Title));
        }

        return true;
    }
}
