using System.Buffers;
using System.Numerics;

namespace Quickwater.Core;

/// <summary>
/// Arrays for bytes that come and go. Short ones are the runtime's shared pool's. Of long ones a bounded amount is kept idle and can be given up:
/// the runtime's pool keeps dozens of each size, and for minutes. Thread-safe.
/// </summary>
public static class ByteArrays
{
    /// <summary>Longest array of the runtime's pool, which is the faster one.</summary>
    internal const int SharedBytesMax = 64 * 1024;

    /// <summary>Idle bytes in long arrays that are kept at most.</summary>
    internal const int KeptBytesMax = 32 * 1024 * 1024;

    private const int PooledBytesMax = 1 << 30;
    private static readonly Lock Guard = new();
    private static readonly Stack<byte[]>[] Kept = [.. Enumerable.Range(0, 31).Select(static _ => new Stack<byte[]>())];
    private static long s_keptBytes;

    /// <summary>Idle bytes in long arrays.</summary>
    public static long KeptBytes
    {
        get
        {
            lock (Guard)
            {
                return s_keptBytes;
            }
        }
    }

    /// <summary>An array of at least so many bytes, whatever stands in it. It goes back by <see cref="Return"/>.</summary>
    public static byte[] Rent(int bytes)
    {
        if (bytes <= SharedBytesMax)
        {
            return ArrayPool<byte>.Shared.Rent(bytes);
        }

        if (bytes > PooledBytesMax)
        {
            return GC.AllocateUninitializedArray<byte>(bytes);
        }

        var length = Rounded(bytes);
        lock (Guard)
        {
            if (Kept[BitOperations.Log2((uint)length)].TryPop(out var kept))
            {
                s_keptBytes -= kept.Length;
                return kept;
            }
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>Takes an array back. The caller's last use of it.</summary>
    public static void Return(byte[] array)
    {
        if (array.Length <= SharedBytesMax)
        {
            ArrayPool<byte>.Shared.Return(array);
            return;
        }

        lock (Guard)
        {
            if (array.Length <= PooledBytesMax && s_keptBytes + array.Length <= KeptBytesMax)
            {
                Kept[BitOperations.Log2((uint)array.Length)].Push(array);
                s_keptBytes += array.Length;
            }
        }
    }

    /// <summary>Gives up the idle long arrays: the garbage collector takes them.</summary>
    public static void Trim()
    {
        lock (Guard)
        {
            foreach (var stack in Kept)
            {
                stack.Clear();
            }

            s_keptBytes = 0;
        }
    }

    /// <summary>How long an array of at least so many bytes is.</summary>
    internal static int Rounded(int bytes) =>
        bytes > PooledBytesMax ? bytes : (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, 16));
}
