using Quickwater.Core;
using Xunit;

namespace Quickwater.Sim.Tests;

public sealed class VirtualTimeTests
{
    [Fact]
    public void Time_stands_still_until_the_world_moves_it()
    {
        using var world = new World(1, Faults.None);
        Assert.Equal(Instant.Zero, world.Clock.Now);

        world.Run(TimeSpan.FromSeconds(3));

        Assert.Equal(Instant.Zero + TimeSpan.FromSeconds(3), world.Clock.Now);
        Assert.Equal(TimeSpan.FromSeconds(3), world.Time.Elapsed);
    }

    [Fact]
    public void Appointments_come_in_the_order_of_their_times()
    {
        using var world = new World(1, Faults.None);
        var order = new List<int>();
        world.Time.After(TimeSpan.FromSeconds(2), () => order.Add(2));
        world.Time.After(TimeSpan.FromSeconds(1), () => order.Add(1));
        world.Time.After(TimeSpan.FromSeconds(3), () => order.Add(3));
        world.Time.After(TimeSpan.FromSeconds(1.5), () => order.Add(9)).Cancel();

        world.Run(TimeSpan.FromSeconds(2.5));
        Assert.Equal([1, 2], order);
        world.RunUntilQuiet();
        Assert.Equal([1, 2, 3], order);
    }

    [Fact]
    public void The_seed_orders_appointments_at_one_time()
    {
        var orders = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 0UL; seed < 40; seed++)
        {
            using var world = new World(seed, Faults.None);
            var order = "";
            world.Time.After(TimeSpan.Zero, () => order += "a");
            world.Time.After(TimeSpan.Zero, () => order += "b");
            world.Run(TimeSpan.Zero);
            orders.Add(order);
        }

        Assert.Equal("ab ba", string.Join(' ', orders));
    }

    [Fact]
    public void A_timer_fires_once_again_and_not_when_it_is_stopped()
    {
        using var world = new World(1, Faults.None);
        var fired = new List<double>();
        using (var timer = world.Time.CreateTimer(
            _ => fired.Add(world.Time.Elapsed.TotalSeconds), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)))
        {
            world.Run(TimeSpan.FromSeconds(6));
            Assert.Equal([1, 3, 5], fired);
            timer.Change(TimeSpan.FromSeconds(0.5), Timeout.InfiniteTimeSpan);
            world.Run(TimeSpan.FromSeconds(6));
            Assert.Equal([1, 3, 5, 6.5], fired);
            timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        }

        world.Run(TimeSpan.FromSeconds(6));
        Assert.Equal(4, fired.Count);
    }
}
