using System.Diagnostics.CodeAnalysis;

namespace Quickwater.Core;

/// <summary>Idle objects kept for reuse, bounded: the garbage collector takes the rest. Thread-safe.</summary>
/// <param name="keptMax">Idle objects kept at most.</param>
internal sealed class FreeList<T>(int keptMax)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Stack<T> _idle = new();

    internal bool TryTake([MaybeNullWhen(false)] out T item)
    {
        lock (_lock)
        {
            return _idle.TryPop(out item);
        }
    }

    internal void Give(T item)
    {
        lock (_lock)
        {
            if (_idle.Count < keptMax)
            {
                _idle.Push(item);
            }
        }
    }
}
