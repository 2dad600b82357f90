using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp.Tests;

/// <summary>A tag of an FLV file, or a message that came back.</summary>
internal sealed record Tag(RtmpMessageType Type, uint Time, byte[] Body)
{
    public override string ToString() => $"{Type} {Time} {Body.Length} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Body))}";

    /// <summary>The tags of the clip that ships with the project.</summary>
    public static Tag[] Demo()
    {
        using var world = new World();
        var reader = new FlvReader(RtmpLimits.WireMessageBytesMax, world.Pool);
        var rest = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "demo.flv")).AsSpan();
        var tags = new List<Tag>();
        while (true)
        {
            var status = reader.Read(rest, out var consumed, out var tag);
            rest = rest[consumed..];
            if (status != WireReadStatus.Item)
            {
                break;
            }

            tags.Add(new Tag((RtmpMessageType)tag.Type, tag.Timestamp, tag.Payload.Span.ToArray()));
            tag.Payload.Release();
        }

        reader.Release();
        return [.. tags];
    }
}

/// <summary>Gives tags when they are due, from its first question on.</summary>
internal sealed class ListSource(LeakCounters leaks, IReadOnlyList<Tag> tags) : IMediaSource
{
    private readonly PooledBytes.Pool _buffers = new(leaks);
    private readonly Frame.Pool _frames = new(leaks);
    private Instant _start = Instant.Never;
    private int _next;

    public MediaSourceStatus Take(Instant now, out Frame? frame, out Instant due)
    {
        frame = null;
        due = Instant.Never;
        if (_next == tags.Count)
        {
            return MediaSourceStatus.Ended;
        }

        _start = Instant.Earlier(_start, now);
        var tag = tags[_next];
        due = _start + TimeSpan.FromMilliseconds(tag.Time);
        if (due > now)
        {
            return MediaSourceStatus.Later;
        }

        _next++;
        var payload = _buffers.Rent();
        payload.Append(tag.Body);
        var kind = tag.Type switch
        {
            RtmpMessageType.Audio => FrameKind.Audio,
            RtmpMessageType.Video => FrameKind.Video,
            _ => FrameKind.Data,
        };
        frame = _frames.Create(kind, FrameFlags.None, tag.Time, payload);
        return MediaSourceStatus.Frame;
    }
}

/// <summary>Keeps what a player receives.</summary>
internal sealed class ListSink : IMediaSink
{
    public List<Tag> Tags { get; } = [];

    public int Starts { get; private set; }

    public int Ends { get; private set; }

    public void Started(Instant now) => Starts++;

    public void StreamEnded(Instant now) => Ends++;

    public void Media(RtmpMessageType type, uint timestamp, PooledBytes payload, Instant now)
    {
        if (!payload.Span.EndsWith("|RtmpSampleAccess\x01\x01\x01\x01"u8))
        {
            Tags.Add(new Tag(type, timestamp, payload.Span.ToArray()));
        }

        payload.Release();
    }
}
