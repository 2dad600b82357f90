namespace Quickwater.Core.Tests;

/// <summary>Turns that wait until a test runs them.</summary>
internal sealed class ManualScheduler : IScheduler
{
    private readonly Queue<IThreadPoolWorkItem> _queue = new();

    internal int Waiting => _queue.Count;

    public bool RunsHere { get; set; }

    public void Queue(IThreadPoolWorkItem item) => _queue.Enqueue(item);

    internal void RunOne() => _queue.Dequeue().Execute();

    /// <summary>Runs until nothing is queued. Bounded: a turn that always comes back is a fault.</summary>
    internal void RunAll()
    {
        for (var left = 100_000; _queue.Count > 0; left--)
        {
            if (left == 0)
            {
                throw new InvalidOperationException("The turns do not come to rest.");
            }

            RunOne();
        }
    }
}
