using Quickwater.Core;
using Quickwater.Core.Tests;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>One seed's publisher and viewers.</summary>
internal sealed class RandomPlay : IDisposable
{
    private static readonly FrameKind[] Kinds = [FrameKind.Audio, FrameKind.Video, FrameKind.Data];
    private readonly Rng _rng;
    private readonly Stage _stage;
    private readonly DeliveryOracle _oracle;
    private readonly List<Viewer> _viewers = [];
    private readonly List<Viewer> _left = [];
    private readonly int _gopLength;
    private readonly bool _hasVideo;
    private readonly Dictionary<FrameKind, long> _lastConfig = [];
    private readonly double _jumps;
    private long _media;
    private long _clock;
    private Instant _lastPublished;

    internal RandomPlay(ulong seed)
    {
        _rng = new Rng(seed);
        _gopLength = _rng.Chance(0.15) ? int.MaxValue : _rng.Between(1, 120);
        _jumps = _rng.Chance(0.3) ? 0.02 : 0;
        _hasVideo = !_rng.Chance(0.1);
        var limits = new HubLimits
        {
            KeyWaitMax = TimeSpan.FromMilliseconds(_rng.Between(500, 10_000)),
            RetainMax = TimeSpan.FromMilliseconds(_rng.Between(200, 12_000)),
            ReplayMin = TimeSpan.FromMilliseconds(_rng.Between(0, 2000)),
            ReplayMax = TimeSpan.FromMilliseconds(_rng.Between(2000, 20_000)),
            TopicBytesMax = _rng.Chance(0.3) ? 64 * 1024 : 64 << 20,
        };
        _stage = new Stage(limits);
        _oracle = new DeliveryOracle(limits);
        Restarted();
    }

    internal IReadOnlySet<string> Marks => _stage.Bench.Marks;

    internal void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            Step(_rng.Below(100));
            foreach (var viewer in _viewers)
            {
                CheckLedger(viewer);
            }
        }
    }

    public void Dispose() => _stage.Dispose();

    internal void Finish()
    {
        foreach (var viewer in _viewers)
        {
            viewer.ReadAll(5000);
            CheckLedger(viewer);
            Assert.True(viewer.Place.Ended != Reason.None || viewer.Place.Stats.Queued == 0, $"{viewer.Place.Stats}");
        }

        foreach (var viewer in _viewers.Concat(_left))
        {
            _oracle.Check(viewer);
        }

        Dispose();
        Assert.True(_stage.Leaks.IsZero, $"{_stage.Leaks}");
    }

    private void Step(int dice)
    {
        if (dice < 60)
        {
            Publish();
        }
        else if (dice < 90 && _viewers.Count > 0)
        {
            _viewers[_rng.Below(_viewers.Count)].Read(_rng.Chance(0.3) ? _rng.Between(1, 300) : _rng.Between(1000, 64 * 1024));
        }
        else if (dice < 93)
        {
            Join();
        }
        else if (dice < 94 && _viewers.Count > 0)
        {
            var leaver = _viewers[_rng.Below(_viewers.Count)];
            leaver.Place.Dispose();
            _viewers.Remove(leaver);
            _left.Add(leaver);
        }
        else if (dice < 96 && _viewers.Count > 0)
        {
            _viewers[_rng.Below(_viewers.Count)].Place.Select(video: _rng.Chance(0.7), audio: _rng.Chance(0.8));
        }
        else if (dice < 97)
        {
            _stage.End();
            _stage.Start();
            Restarted();
        }
        else
        {
            _stage.Advance(_rng.Unit() * 3);
        }
    }

    private void Restarted()
    {
        _lastConfig.Clear();
        _oracle.Restarted();
    }

    // A few frames in a row, so that viewers fall behind by different amounts.
    private void Publish()
    {
        for (var left = _rng.Between(1, 12); left > 0; left--)
        {
            PassTime();
            var kind = Kinds[_rng.Below(20) switch { < 9 => 0, < 19 => _hasVideo ? 1 : 0, _ => 2 }];
            if (_rng.Chance(0.03))
            {
                PublishConfig(kind);
                continue;
            }

            var flags = FrameFlags.None;
            if (kind == FrameKind.Video)
            {
                flags = _rng.Below(_gopLength) == 0 ? FrameFlags.Key : _rng.Chance(0.2) ? FrameFlags.Disposable : FrameFlags.None;
            }

            var size = _rng.Chance(0.01) ? _rng.Between(10_000, 300_000) : _rng.Between(0, 2000);
            _stage.Publish(kind, flags, _media, size);
            _oracle.Add(_stage.Published[^1], _clock);
        }
    }

    // Mostly as a camera does; now and then the publisher's time jumps by hours, either way.
    private void PassTime()
    {
        var elapsed = (long)(_stage.Now - _lastPublished).TotalMilliseconds;
        _lastPublished = _stage.Now;
        var step = _rng.Chance(_jumps) ? _rng.Between(2000, 36_000_000) * (_rng.Chance(0.5) ? 1 : -1) : _rng.Between(0, 60);
        _media += step;
        _clock += Math.Abs(step) <= 1000 ? step : Math.Min(elapsed, Math.Abs(step));
    }

    private void PublishConfig(FrameKind kind)
    {
        if (_rng.Chance(0.4) && _lastConfig.TryGetValue(kind, out var last))
        {
            // The same again, as encoders do. Its bytes must be the same, so its size is remembered by its id.
            _stage.Publish(kind, FrameFlags.Config, _media, ConfigSize(last), repeats: last);
            return;
        }

        var size = ConfigSize(_stage.Published.Count);
        _lastConfig[kind] = _stage.Publish(kind, FrameFlags.Config, _media, size);
        _oracle.Add(_stage.Published[^1], _clock);
    }

    private static int ConfigSize(long id) => (int)(id * 37 % 400);

    private void Join()
    {
        if (_viewers.Count >= 8)
        {
            return;
        }

        _viewers.Add(_stage.Join(
            new SubscribeOptions
            {
                Policy = (SlowPolicy)_rng.Below(3),
                Replay = _rng.Chance(0.7) ? Replay.Gop : Replay.LastConfig,
                LagTimeMax = TimeSpan.FromMilliseconds(_rng.Between(300, 6000)),
                LagBytesMax = _rng.Chance(0.3) ? _rng.Between(10_000, 100_000) : 32 << 20,
                DisposableLagTimeMax = TimeSpan.FromMilliseconds(_rng.Between(100, 4000)),
                KeyLagTimeMax = TimeSpan.FromMilliseconds(_rng.Between(300, 9000)),
                AudioLagTimeMax = TimeSpan.FromMilliseconds(_rng.Between(300, 12_000)),
                CatchUpMax = TimeSpan.FromSeconds(_rng.Between(0, 20)),
                CatchesUp = _rng.Chance(0.7),
            },
            _rng.Chance(0.3) ? Stage.OtherForm : Stage.Form,
            _rng.Chance(0.3) ? 77u : null));
    }

    private static void CheckLedger(Viewer viewer)
    {
        var s = viewer.Place.Stats;
        Assert.True(s.Offered == s.Delivered + s.Dropped + s.Filtered + s.Queued && s.Queued >= 0 && s.LagBytes >= 0, $"{s}");
        Assert.Equal(viewer.BytesTaken, s.BytesDelivered);
    }
}
