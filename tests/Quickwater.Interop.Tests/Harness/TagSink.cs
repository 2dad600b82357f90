using System.Buffers.Binary;
using System.Security.Cryptography;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Interop.Tests;

/// <summary>Keeps what a library client plays: a tag for each message, and the instant of the first one.</summary>
internal sealed class TagSink : IMediaSink
{
    private readonly Lock _gate = new();
    private readonly List<Tag> _tags = [];

    /// <summary>When the first media message came; null before.</summary>
    public Instant? First { get; private set; }

    /// <summary>Whether the server said that the stream has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>How many came so far.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _tags.Count;
            }
        }
    }

    /// <summary>What came so far.</summary>
    public Tag[] Tags
    {
        get
        {
            lock (_gate)
            {
                return [.. _tags];
            }
        }
    }

    public void Started(Instant now)
    {
    }

    public void Media(RtmpMessageType type, uint timestamp, PooledBytes payload, Instant now)
    {
        var tag = Read((FlvTagType)type, timestamp, payload.Span);
        payload.Release();
        lock (_gate)
        {
            First ??= now;
            _tags.Add(tag);
        }
    }

    public void StreamEnded(Instant now) => HasEnded = true;

    /// <summary>The tag of a body.</summary>
    public static Tag Read(FlvTagType type, uint timestamp, ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        var video = type == FlvTagType.Video ? FlvVideoHeader.Parse(body) : default;
        var audio = type == FlvTagType.Audio ? FlvAudioHeader.Parse(body) : default;
        var isConfig = type switch
        {
            FlvTagType.Video => video.IsConfig || video.IsMetadata,
            FlvTagType.Audio => audio.IsConfig || audio.IsMultichannelConfig,
            _ => true,
        };
        return new Tag(
            type, timestamp, body.Length, BinaryPrimitives.ReadUInt64BigEndian(hash), isConfig,
            type == FlvTagType.Video && video.IsKey && !isConfig);
    }
}
