using System.Net;
using Quickwater.Core;
using Quickwater.Core.Tests;

namespace Quickwater.Media.Tests;

/// <summary>A hub with one topic, a publisher and viewers, on virtual time.</summary>
internal sealed class Stage : IDisposable
{
    internal static readonly TestForm Form = new(0xA1);
    internal static readonly TestForm OtherForm = new(0xB2, withoutData: true);
    private readonly List<Viewer> _viewers = [];
    private Publication? _publication;

    internal Stage(HubLimits? limits = null, bool live = true)
    {
        Hub = new Hub(Bench.Engine, limits ?? new HubLimits(), Observer);
        if (live)
        {
            Start();
        }
    }

    internal Bench Bench { get; } = new();

    internal SilentHub Observer { get; } = new();

    internal Hub Hub { get; }

    /// <summary>What was published, by id.</summary>
    internal List<Published> Published { get; } = [];

    internal Instant Now => Bench.Engine.Clock.Now;

    internal int Publications { get; private set; }

    internal Topic Topic => Hub.TryFind("live", out var topic) ? topic : throw new InvalidOperationException("No topic.");

    internal Publication Publication => _publication ?? throw new InvalidOperationException("Nobody publishes.");

    internal bool IsLive => _publication is not null;

    internal LeakCounters.Snapshot Leaks => Bench.Engine.Leaks.Read();

    internal static ConnectionInfo Info(ulong id = 1) =>
        new(id, "test", new IPEndPoint(IPAddress.Loopback, 40000), new IPEndPoint(IPAddress.Loopback, 1935));

    internal void Start(Publication? resumed = null)
    {
        var refused = Hub.Publish("live", Info(), new Viewer(this, Form), out _publication, resumed);
        if (refused != Reason.None)
        {
            throw new InvalidOperationException($"Refused: {refused}");
        }

        Publications++;
    }

    internal void End(Reason why = Reason.PeerClosed)
    {
        _publication?.End(why);
        _publication = null;
    }

    internal Viewer Join(SubscribeOptions? options = null, TestForm? form = null, uint? patch = null)
    {
        form ??= Form;
        var viewer = new Viewer(this, form);
        var refused = Hub.Subscribe(
            "live", form, options ?? new SubscribeOptions(), viewer, Now, out var place, patch, TestForm.PatchOffset);
        viewer.Place = place ?? throw new InvalidOperationException($"Refused: {refused}");
        _viewers.Add(viewer);
        return viewer;
    }

    internal long Key(long ms, int size = 100) => Publish(FrameKind.Video, FrameFlags.Key, ms, size);

    internal long Inter(long ms, int size = 50) => Publish(FrameKind.Video, FrameFlags.None, ms, size);

    internal long Audio(long ms, int size = 20) => Publish(FrameKind.Audio, FrameFlags.None, ms, size);

    internal long Config(FrameKind kind, long ms, int size = 30) => Publish(kind, FrameFlags.Config, ms, size);

    /// <summary>Publishes a frame; its id is its place in <see cref="Published"/>, or that of the frame it repeats.</summary>
    internal long Publish(FrameKind kind, FrameFlags flags, long ms, int size, long? repeats = null, TrackSet tracks = default)
    {
        var id = repeats ?? Published.Count;
        var payload = Hub.Buffers.Rent();
        payload.Append(BitConverter.GetBytes(id));
        var filler = new byte[size];
        filler.AsSpan().Fill((byte)id);
        payload.Append(filler);
        if (repeats is null)
        {
            Published.Add(new Published(id, kind, flags, ms, Publications, tracks == TrackSet.None ? TrackSet.Of(0) : tracks));
        }

        Publication.Publish(Hub.Frames.Create(kind, flags, ms, payload, tracks: tracks), Now);
        return id;
    }

    /// <summary>A group of pictures at 25 frames a second with its sound.</summary>
    internal List<long> Gop(long ms, int frames, int size = 50)
    {
        var ids = new List<long>();
        for (var i = 0; i < frames; i++)
        {
            var at = ms + (i * 40);
            ids.Add(i == 0 ? Key(at, size) : Inter(at, size));
            ids.Add(Audio(at));
        }

        return ids;
    }

    internal void Advance(double seconds) => Bench.Advance(seconds);

    public void Dispose()
    {
        End();
        _viewers.ForEach(viewer => viewer.Place.Dispose());
        Bench.Dispose();
    }
}
