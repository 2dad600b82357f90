using System.Net;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

[Requirement("MED-9.5/memory", "RTMP-20.2")]
public sealed class MemoryBudgetTests
{
    private const int Mebi = 1 << 20;
    private const int Budget = 64 * Mebi;

    private static readonly IPAddress One = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Two = IPAddress.Parse("192.0.2.2");

    private readonly LeakCounters _leaks = new(new MemoryBudget(Budget));
    private readonly PooledBytes.Pool _pool;

    public MemoryBudgetTests() => _pool = new PooledBytes.Pool(_leaks);

    private MemoryBudget Memory => _leaks.Memory;

    [Fact]
    public void What_a_buffer_holds_counts_by_its_capacity_until_it_is_released()
    {
        var bytes = _pool.Rent();
        bytes.Append(new byte[5000]);
        Assert.Equal(8192, bytes.Capacity);
        Assert.Equal(bytes.Capacity, Memory.Used);
        bytes.Append(new byte[100_000]);
        Assert.Equal(bytes.Capacity, Memory.Used);
        bytes.Release();
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public void One_address_gets_a_quarter_and_another_is_not_touched_by_it()
    {
        var (greedy, other) = (Memory.Enter(One), Memory.Enter(Two));
        var (large, more, small) = (_pool.Rent(greedy), _pool.Rent(greedy), _pool.Rent(other));
        Assert.True(large.TryEnsureCapacity(Budget / 4));
        Assert.True(greedy.IsFull);
        Assert.False(more.TryEnsureCapacity(16));
        Assert.False(more.TryAppend([1]));
        Assert.Equal((0, 0), (more.Length, more.Capacity));
        Assert.True(small.TryAppend(new byte[4 * Mebi]));
        Assert.Equal(2, Memory.Refusals);

        foreach (var bytes in new[] { large, more, small })
        {
            bytes.Release();
        }

        Assert.Equal((0L, 0L), (greedy.Bytes, other.Bytes));
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public void Nearly_spent_it_gives_small_parts_only_and_spent_nothing()
    {
        var held = Fill(Memory.RefuseBytes + 1);
        var holder = Memory.Enter(One);
        var (large, small) = (_pool.Rent(holder), _pool.Rent(holder));
        Assert.True(Memory.IsTight);
        Assert.False(large.TryEnsureCapacity(4 * Mebi));
        Assert.True(small.TryEnsureCapacity(Mebi));

        var rest = Fill(Memory.BytesMax - Memory.Used + 1);
        Assert.False(small.TryEnsureCapacity(2 * Mebi));
        small.EnsureCapacity(2 * Mebi); // of our own accord, such as an answer that must be said
        Memory.Give(held + rest);
        Assert.False(Memory.IsTight);
        Assert.True(large.TryEnsureCapacity(4 * Mebi));
        large.Release();
        small.Release();
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public void What_is_handed_over_counts_on_but_not_for_the_address()
    {
        var holder = Memory.Enter(One);
        var payload = _pool.Rent(holder);
        payload.Append(new byte[10_000]);
        payload.HandOver();
        Assert.Equal((0L, (long)payload.Capacity), (holder.Bytes, Memory.Used));
        payload.Release();
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public void Streams_keep_all_they_may_while_there_is_enough_and_then_a_fair_share()
    {
        var (crowd, single) = (Memory.Enter(One), Memory.Enter(Two));
        for (var i = 0; i < 16; i++)
        {
            crowd.CountStream(1);
        }

        single.CountStream(1);
        var held = Fill(Budget / 2);
        Assert.Equal(Budget, Memory.StreamShare(Budget, crowd.Streams, copies: 2));
        held += Fill(1);
        Assert.Equal(Budget / 2 / 2 / 16 / 2, Memory.StreamShare(Budget, crowd.Streams, copies: 2));
        Assert.Equal(Budget / 2 / 2 / 2, Memory.StreamShare(Budget, single.Streams, copies: 2));
        Memory.Give(held);
    }

    [Fact]
    public void An_address_has_its_share_of_the_streams_until_its_last_one_ends()
    {
        var (one, two) = (Memory.Enter(One), Memory.Enter(Two));
        one.CountStream(1);
        two.CountStream(1);
        two.CountStream(1);
        Fill((Budget / 2) + 1);
        two.CountStream(-1);
        Assert.Equal(Budget / 2 / 2, Memory.StreamShare(Budget, one.Streams, copies: 1));
        two.CountStream(-1);
        Assert.Equal(Budget / 2, Memory.StreamShare(Budget, one.Streams, copies: 1));
    }

    [Fact]
    public void An_address_is_full_with_the_last_byte_of_its_share()
    {
        var holder = Memory.Enter(One);
        Assert.False(holder.IsFull);
        Assert.True(holder.TryTake((Budget / 4) - 1));
        Assert.False(holder.IsFull);
        Assert.True(holder.TryTake(1));
        Assert.True(holder.IsFull);
        Assert.False(holder.TryTake(1));
    }

    [Fact]
    public void All_can_be_taken_and_nothing_beyond()
    {
        var (one, two) = (Memory.Enter(One), Memory.Enter(Two));
        Fill(Budget - 1);
        Assert.False(one.TryTake(2));
        Assert.True(one.TryTake(1));
        Assert.Equal(Budget, Memory.Used);
        Assert.False(two.TryTake(1));
        Assert.False(two.IsFull);
        Fill(1);
        Assert.True(two.IsFull);
    }

    [Fact]
    public void A_large_part_is_given_up_to_where_it_is_nearly_spent()
    {
        var holder = Memory.Enter(One);
        Fill(Memory.RefuseBytes - (4 * Mebi));
        Assert.False(holder.TryTake((4 * Mebi) + 1));
        Assert.False(Memory.IsTight);
        Assert.True(holder.TryTake(4 * Mebi));
        Assert.True(Memory.IsTight);
    }

    [Fact]
    public void The_peak_is_the_most_that_was_seen()
    {
        Fill(100);
        Memory.TakePeak();
        Memory.Give(60);
        Memory.TakePeak();
        Assert.Equal(100, Memory.Peak);
        Fill(80);
        Assert.Equal(100, Memory.Peak);
        Memory.TakePeak();
        Assert.Equal(120, Memory.Peak);
    }

    [Fact]
    public void By_default_a_process_spends_half_of_the_memory_it_may_use()
    {
        var all = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        Assert.InRange(MemoryBudget.HalfOfProcess, Math.Max(16 * Mebi, (all / 2) - Mebi), Math.Max(16 * Mebi, (all / 2) + Mebi));
    }

    [Fact]
    public void An_address_is_forgotten_with_its_last_peer()
    {
        var first = Memory.Enter(One);
        Assert.Same(first, Memory.Enter(One));
        Memory.Leave(first);
        Assert.Same(first, Memory.Enter(One));
        Memory.Leave(first);
        Memory.Leave(first);
        Assert.NotSame(first, Memory.Enter(One));
    }

    [Fact]
    public void To_give_back_more_than_was_taken_is_a_fault() => Assert.Throws<InvalidOperationException>(() => Memory.Give(1));

    [Fact]
    public void To_count_allocates_nothing()
    {
        var holder = Memory.Enter(One);
        Round(holder);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Round(holder);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public async Task Many_threads_leave_it_at_zero()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var holder = Memory.Enter(One);
                Round(holder);
                Memory.Leave(holder);
            }
        })));
        Assert.True(_leaks.Read().IsZero);
    }

    [Fact]
    public void Long_arrays_are_kept_idle_within_a_bound_and_given_up_when_asked()
    {
        ByteArrays.Trim();
        var arrays = Enumerable.Range(0, 20).Select(static _ => ByteArrays.Rent(4 * Mebi)).ToArray();
        Assert.All(arrays, static array => ByteArrays.Return(array));
        Assert.InRange(ByteArrays.KeptBytes, 4 * Mebi, ByteArrays.KeptBytesMax);
        ByteArrays.Trim();
        Assert.InRange(ByteArrays.KeptBytes, 0, 4 * Mebi); // other tests run beside this one
    }

    private void Round(MemoryHolder holder)
    {
        var bytes = _pool.Rent(holder);
        bytes.TryEnsureCapacity(4096);
        bytes.Release();
    }

    private long Fill(long bytes)
    {
        Memory.Take(bytes);
        return bytes;
    }
}
