using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>Bytes with a count of references, as a protocol would share them between sends; they count as a buffer while they are alive.</summary>
internal sealed class SharedBytes : ISharedBytes
{
    private readonly LeakCounters _leaks;
    private int _references = 1;

    internal SharedBytes(LeakCounters leaks, int length)
    {
        (_leaks, Memory) = (leaks, new byte[length]);
        leaks.Buffers.Add();
    }

    internal ReadOnlyMemory<byte> Memory { get; }

    public void Retain() => Assert.InRange(Interlocked.Increment(ref _references), 2, int.MaxValue);

    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        Assert.InRange(left, 0, int.MaxValue);
        if (left == 0)
        {
            _leaks.Buffers.Remove();
        }
    }
}
