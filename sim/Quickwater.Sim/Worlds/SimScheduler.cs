using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>The run queue of a world: the seed picks which of the queued turns runs next, and sometimes lets one wait.</summary>
public sealed class SimScheduler : IScheduler
{
    private readonly World _world;
    private readonly Rng _rng;
    private readonly List<IThreadPoolWorkItem> _ready = [];
    private int _late;

    internal SimScheduler(World world, Rng rng)
    {
        _world = world;
        _rng = rng;
    }

    /// <summary>Turns that may run now.</summary>
    public int Ready => _ready.Count;

    /// <summary>Turns that are queued, those that are made to wait included.</summary>
    public int Queued => _ready.Count + _late;

    /// <inheritdoc/>
    public void Queue(IThreadPoolWorkItem item)
    {
        if (_rng.Chance(_world.Weather.LateTurn))
        {
            _late++;
            _world.Time.After(_rng.UpTo(_world.Weather.LateTurnMax), () =>
            {
                _late--;
                _ready.Add(item);
            });
            return;
        }

        _ready.Add(item);
    }

    /// <summary>Runs one of the turns that are ready.</summary>
    internal void RunOne()
    {
        var index = _rng.Below(_ready.Count);
        var item = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        item.Execute();
    }
}
