using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>The order in which calls come due, however they come and go.</summary>
public sealed class DuesTests
{
    [Fact]
    public void Whatever_comes_and_goes_the_earliest_due_is_first_and_of_one_time_the_earlier_begun()
    {
        var rng = new Rng(7);
        var dues = new RpcDues();
        var model = new List<(long Due, long Order, RpcPending Pending)>();
        for (var order = 0L; order < 3000; order++)
        {
            var due = rng.Below(50);
            var pending = new RpcPending((uint)order, false, Instant.Zero + TimeSpan.FromSeconds(due), order);
            dues.Add(pending);
            model.Add((due, order, pending));
            if (rng.Chance(0.7))
            {
                var gone = model[rng.Below(model.Count)];
                model.Remove(gone);
                dues.Remove(gone.Pending);
            }

            Assert.Equal(model.Count == 0 ? null : model.MinBy(one => (one.Due, one.Order)).Pending, dues.First);
            Assert.Equal(model.Count, dues.Count);
        }

        Assert.Equal(model.Select(one => one.Pending).ToHashSet(), dues.All.ToArray().ToHashSet());
        while (dues.First is { } first)
        {
            Assert.Equal(model.MinBy(one => (one.Due, one.Order)).Pending, first);
            model.RemoveAll(one => one.Pending == first);
            dues.Remove(first);
        }

        Assert.Empty(model);
        Assert.Null(dues.First);
    }
}
