using Quickwater.Core;

namespace Quickwater.Rtmp.Tests;

/// <summary>Shared bytes that count their references.</summary>
internal sealed class SharedArray(byte[] bytes) : ISharedBytes
{
    public byte[] Bytes => bytes;

    public int References { get; private set; } = 1;

    public void Retain() => References++;

    public void Release()
    {
        References--;
        Assert.True(References >= 0);
    }
}
