using Quickwater.Core;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>Judges what a viewer received by what was published, frame by frame.</summary>
internal sealed class DeliveryOracle(HubLimits limits)
{
    private readonly Dictionary<long, Known> _known = [];
    private Dictionary<FrameKind, long> _configs = [];
    private long? _key;
    private long? _reference;
    private long? _waitsSince;
    private bool _hadKey;

    /// <summary>A new publication: nothing of the old one can be built on.</summary>
    internal void Restarted()
    {
        _configs = [];
        _key = null;
        _reference = null;
        _waitsSince = null;
        _hadKey = false;
    }

    /// <summary>Takes a frame as it is published.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="clock">How much media there was so far, in milliseconds.</param>
    internal void Add(Published frame, long clock)
    {
        var id = frame.Id;
        if (frame.IsConfig)
        {
            _configs = new Dictionary<FrameKind, long>(_configs) { [frame.Kind] = id };
        }

        long? needs = null;
        if (frame.IsPicture)
        {
            if (frame.IsKey || _waitsSince is null)
            {
                _waitsSince = clock;
                _hadKey |= frame.IsKey;
            }

            // A stream that sends no keys is let through from any picture that others build on.
            var isKey = frame.IsKey || (clock - _waitsSince > WaitMilliseconds && !frame.IsDisposable);
            _key = isKey ? id : _key;
            needs = isKey ? null : _reference;
            _reference = frame.IsDisposable ? _reference : id;
        }

        // A picture that is no key needs the one before it that is not disposable, and with it everything back to the key.
        _known[id] = new Known(frame, _configs, needs, Decodable: !frame.IsPicture || _key is not null);
    }

    internal void Check(Viewer viewer)
    {
        var configs = new Dictionary<FrameKind, long>();
        var last = -1L;
        var reference = -1L;
        foreach (var got in viewer.Frames)
        {
            var known = _known[got.Id];
            Assert.Equal((known.Frame.Kind, known.Frame.IsConfig), (got.Kind, got.IsConfig));
            if (got.IsConfig)
            {
                configs[got.Kind] = got.Id;
                continue;
            }

            Assert.True(got.Id > last, $"Frame {got.Id} came behind {last}.");
            last = got.Id;
            // Who joins behind a change of audio is told of the new one at once, ahead of the pictures that are older.
            foreach (var (kind, id) in known.Configs.Where(pair => pair.Key == got.Kind || pair.Key == FrameKind.Data))
            {
                // A form that leaves data out has no data configurations either.
                Assert.True(
                    kind == FrameKind.Data && !configs.ContainsKey(kind) ? IsWithoutData(viewer) : configs.GetValueOrDefault(kind, -1) == id,
                    $"Frame {got.Id} needs configuration {id} of {kind}.");
            }

            if (known.Frame.IsPicture)
            {
                Assert.True(known.Decodable, $"Picture {got.Id} has no key.");
                Assert.True(known.Needs is not { } needs || needs == reference, $"Picture {got.Id} needs {known.Needs}, sent was {reference}.");
                reference = known.Frame.IsDisposable ? reference : got.Id;
            }
        }
    }

    private double WaitMilliseconds =>
        (_hadKey && limits.ReplayMax > limits.KeyWaitMax ? limits.ReplayMax : limits.KeyWaitMax).TotalMilliseconds;

    private static bool IsWithoutData(Viewer viewer) => viewer.Frames.TrueForAll(frame => frame.Kind != FrameKind.Data);

    private sealed record Known(Published Frame, Dictionary<FrameKind, long> Configs, long? Needs, bool Decodable);
}
