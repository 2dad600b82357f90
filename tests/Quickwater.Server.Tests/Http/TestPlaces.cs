using Microsoft.Extensions.Logging.Abstractions;
using Quickwater.Core;

namespace Quickwater.Server.Tests;

/// <summary>Places for the connections of a listener under test.</summary>
internal static class TestPlaces
{
    /// <summary>So many, with nothing else to bound them.</summary>
    public static WebPlaces For(int most) => Within(new DescriptorLedger(1000, 8), most);

    /// <summary>So many, within books of all connections.</summary>
    public static WebPlaces Within(DescriptorLedger all, int most, int? perAddressMax = null) => new(
        "http", new AcceptLedger(new AcceptLimits { ConnectionsMax = most, ConnectionsPerAddressMax = perAddressMax }, new Clock(TimeProvider.System)),
        all, new MemoryBudget(), isReserved: false, NullLogger.Instance, static (_, _) => { }, TimeProvider.System);
}
