using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Client;

/// <summary>
/// What a publisher has to send. Frames come in on the caller's threads and are taken in the connection's turn. A connection that comes
/// after another begins with the configurations in force, and its video with a key. Thread-safe.
/// </summary>
internal sealed class FrameQueue(Frame.Pool frames, PooledBytes.Pool buffers, int bytesMax, Action works) : IMediaSource, IDisposable
{
    private const int ConfigsMax = 64; // of tracks; an encoder has two

    private readonly Lock _lock = new();
    private readonly Queue<Frame> _frames = new();
    private readonly Queue<Frame> _resume = new();
    private readonly List<(FrameKind Kind, byte Track, byte[] Body)> _configs = [];
    private TaskCompletionSource? _room; // while somebody waits for it
    private IMailbox? _mailbox;
    private long _bytes;
    private long _lastMilliseconds;
    private bool _begun;
    private bool _completed;
    private bool _lost; // a video frame was not sent: none goes before the next key
    private bool _disposed;

    /// <summary>Frames that were not sent: those that a break or a full queue made useless.</summary>
    public long Dropped { get; private set; }

    /// <summary>Frames that were handed to a connection.</summary>
    public long Sent { get; private set; }

    /// <summary>Adds a frame. False when there is no room; <paramref name="room"/> then ends when there may be.</summary>
    public bool TryAdd(FlvTagType type, long milliseconds, ReadOnlySpan<byte> body, out Task room)
    {
        var (kind, track, flags) = Describe(type, body);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(RtmpPublisher));
            if (_completed)
            {
                throw new InvalidOperationException("The publisher was completed: it takes no more frames.");
            }

            room = Task.CompletedTask;
            if (_bytes > 0 && _bytes + body.Length > bytesMax)
            {
                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
                return false;
            }

            var payload = buffers.Rent();
            payload.Append(body);
            _frames.Enqueue(frames.Create(kind, flags, milliseconds, payload, track));
            _bytes += body.Length;
        }

        Volatile.Read(ref _mailbox)?.Wake();
        return true;
    }

    /// <summary>A frame that the caller threw away: video waits for a key, as with a viewer.</summary>
    public void NoteLoss(FlvTagType type)
    {
        lock (_lock)
        {
            Dropped++;
            _lost |= type == FlvTagType.Video;
        }
    }

    /// <summary>No more frames come: the connection ends when all are sent.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
        }

        Volatile.Read(ref _mailbox)?.Wake();
    }

    /// <summary>Names the connection to wake.</summary>
    public void Opened(IMailbox mailbox)
    {
        Volatile.Write(ref _mailbox, mailbox);
        mailbox.Wake();
    }

    /// <summary>The connection is over. What it was given may not have arrived.</summary>
    public void Over()
    {
        Volatile.Write(ref _mailbox, null);
        lock (_lock)
        {
            if (!_begun)
            {
                return; // it never got as far as publishing: what waits for the next one goes on waiting
            }

            _begun = false;
            Free(_resume);
            _lost = true;
            foreach (var (kind, track, body) in _configs)
            {
                var payload = buffers.Rent();
                payload.Append(body);
                _resume.Enqueue(frames.Create(kind, FrameFlags.Config, _lastMilliseconds, payload, track));
            }
        }
    }

    /// <inheritdoc/>
    public MediaSourceStatus Take(Instant now, out Frame? frame, out Instant due)
    {
        frame = null;
        due = Instant.Never;
        TaskCompletionSource? room = null;
        lock (_lock)
        {
            if (!_begun)
            {
                _begun = true;
                works();
            }

            while (frame is null && Next(ref room) is { } next)
            {
                if (MayGo(next))
                {
                    Sent++;
                    _lastMilliseconds = next.SourceMilliseconds;
                    frame = next;
                }
                else
                {
                    Dropped++;
                    next.Release();
                }
            }
        }

        room?.TrySetResult();
        return frame is not null ? MediaSourceStatus.Frame : Volatile.Read(ref _completed) ? MediaSourceStatus.Ended : MediaSourceStatus.Later;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Free(_frames);
            Free(_resume);
            _room?.TrySetResult();
        }
    }

    private static void Free(Queue<Frame> queue)
    {
        while (queue.TryDequeue(out var frame))
        {
            frame.Release();
        }
    }

    private static (FrameKind Kind, byte Track, FrameFlags Flags) Describe(FlvTagType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FlvTagType.Video:
                var video = FlvVideoHeader.Parse(body);
                return (FrameKind.Video, video.Track, video.IsConfig ? FrameFlags.Config : video.IsKey ? FrameFlags.Key : FrameFlags.None);
            case FlvTagType.Audio:
                var audio = FlvAudioHeader.Parse(body);
                return (FrameKind.Audio, audio.Track, audio.IsConfig ? FrameFlags.Config : FrameFlags.None);
            case FlvTagType.Script:
                var isMetadata = RtmpData.TryParse(RtmpMessageType.DataAmf0, body, RtmpLimits.Default, out var data, out _)
                    && data.NameUtf8.SequenceEqual("onMetaData"u8);
                return (FrameKind.Data, 0, isMetadata ? FrameFlags.Config : FrameFlags.None);
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Audio, video and script data can be published.");
        }
    }

    // Under the lock, as what follows.
    private Frame? Next(ref TaskCompletionSource? room)
    {
        if (_resume.TryDequeue(out var config))
        {
            return config;
        }

        if (!_frames.TryDequeue(out var frame))
        {
            return null;
        }

        _bytes -= frame.Payload.Length;
        if (_bytes <= bytesMax / 2)
        {
            room ??= _room;
            _room = null;
        }

        return frame;
    }

    private bool MayGo(Frame frame)
    {
        if (frame.IsConfig)
        {
            Remember(frame);
        }
        else if (frame.Kind == FrameKind.Video)
        {
            _lost &= !frame.IsKey;
            return !_lost;
        }

        return true;
    }

    private void Remember(Frame config)
    {
        var at = _configs.FindIndex(one => one.Kind == config.Kind && one.Track == config.Track);
        var now = (config.Kind, config.Track, config.Payload.ToArray());
        if (at >= 0)
        {
            _configs[at] = now;
        }
        else if (_configs.Count < ConfigsMax)
        {
            _configs.Add(now);
        }
    }
}
