using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Client;

/// <summary>What a player has received and its reader has not taken, on one time line. Written in the connection's turn, read by one reader.</summary>
internal sealed class TagQueue(int bytesMax, Action works) : IMediaSink, IDisposable
{
    private static readonly byte[] SampleAccess = [2, 0, 17, .. "|RtmpSampleAccess"u8];

    private readonly Lock _lock = new(); // of the time line
    private readonly PlayTimeLine _timeLine = new();

    /// <summary>The tags.</summary>
    public ReceiveQueue<MediaTag> Tags { get; } = new(bytesMax);

    /// <inheritdoc/>
    public bool IsFull => Tags.IsFull;

    /// <summary>The connection is over.</summary>
    public void Over()
    {
        Tags.Over();
        Break();
    }

    /// <inheritdoc/>
    public void Started(Instant now) => works();

    /// <inheritdoc/>
    public void StreamEnded(Instant now) => Break();

    /// <inheritdoc/>
    public void Media(RtmpMessageType type, uint timestamp, PooledBytes payload, Instant now)
    {
        // A permission that the server gives the player is no part of the stream, and AMF3 no part of FLV; empty media says nothing.
        if (payload.Length == 0 || type == RtmpMessageType.DataAmf3 || payload.Span.StartsWith(SampleAccess))
        {
            payload.Release();
            return;
        }

        var kind = type switch
        {
            RtmpMessageType.Audio => FlvTagType.Audio,
            RtmpMessageType.Video => FlvTagType.Video,
            _ => FlvTagType.Script,
        };
        var tag = new MediaTag(kind, 0, payload.Memory);
        lock (_lock)
        {
            // Metadata and configurations may carry the time 0 wherever the media stands.
            var aside = kind == FlvTagType.Script || tag.IsConfig;
            tag = tag with { Milliseconds = aside ? _timeLine.Now : _timeLine.Map(timestamp, now) };
        }

        Tags.Add(tag, payload);
    }

    /// <inheritdoc/>
    public void Dispose() => Tags.Dispose();

    private void Break()
    {
        lock (_lock)
        {
            _timeLine.Break();
        }
    }
}
