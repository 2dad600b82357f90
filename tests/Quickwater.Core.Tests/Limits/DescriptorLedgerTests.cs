using System.Net;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

[Requirement("MED-9.5/descriptors")]
public sealed class DescriptorLedgerTests
{
    private const int Places = 6;

    private static readonly IPAddress One = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Two = IPAddress.Parse("192.0.2.2");
    private static readonly IPAddress Three = IPAddress.Parse("192.0.2.3");

    private readonly MemoryBudget _memory = new(64 << 20);
    private readonly DescriptorLedger _ledger;

    public DescriptorLedgerTests() => _ledger = new DescriptorLedger(Places, reservedMax: 1, _memory);

    [Fact]
    public void All_connections_together_stay_below_what_fits_and_one_that_left_makes_room()
    {
        Fill();
        Assert.Equal(Reason.TooManyOpenFiles, _ledger.TryEnter(Three));
        _ledger.Leave(One);
        Assert.Equal(Reason.None, _ledger.TryEnter(Three));
        Assert.Equal(Places, _ledger.Open);
    }

    [Fact]
    public void One_address_has_half_of_the_places_at_most()
    {
        for (var i = 0; i < Places / 2; i++)
        {
            Assert.Equal(Reason.None, _ledger.TryEnter(One));
        }

        Assert.Equal(Reason.TooManyConnectionsFromAddress, _ledger.TryEnter(One));
        Assert.Equal(Reason.None, _ledger.TryEnter(Two));
    }

    [Fact]
    public void Administration_has_places_that_nobody_can_take()
    {
        Fill();
        Assert.Equal(Reason.None, _ledger.TryEnterReserved());
        Assert.Equal(Reason.TooManyConnections, _ledger.TryEnterReserved());
        _ledger.LeaveReserved();
        Assert.Equal(Reason.None, _ledger.TryEnterReserved());
    }

    [Fact]
    public void Fewer_places_refuse_new_ones_and_leave_those_who_are_there()
    {
        Fill();
        _ledger.Resize(2);
        Assert.Equal(Places, _ledger.Open);
        _ledger.Leave(One);
        Assert.Equal(Reason.TooManyOpenFiles, _ledger.TryEnter(Three));
        Assert.Equal(Places - 1, _ledger.Open);
        _ledger.Resize(Places);
        Assert.Equal(Reason.None, _ledger.TryEnter(Three));
    }

    [Fact]
    [Requirement("RTMP-20.2")]
    public void Under_memory_pressure_new_connections_are_refused_until_memory_is_free()
    {
        _memory.Take(_memory.RefuseBytes);
        Assert.Equal(Reason.MemoryPressure, _ledger.TryEnter(One));
        Assert.Equal(Reason.None, _ledger.TryEnterReserved());
        Assert.Equal(1, _memory.Refusals);
        _memory.Give(1);
        Assert.Equal(Reason.None, _ledger.TryEnter(One));
    }

    private void Fill()
    {
        for (var i = 0; i < Places; i++)
        {
            Assert.Equal(Reason.None, _ledger.TryEnter(i % 2 == 0 ? One : Two));
        }
    }
}
