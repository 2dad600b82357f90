using System.Reflection;
using Xunit.Sdk;

namespace Quickwater.Sim.Tests;

/// <summary>
/// Runs a theory with the seeds 1 to <paramref name="count"/>. The environment variable QUICKWATER_SIM_SEED replays a single one.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SeedsAttribute(int count) : DataAttribute
{
    public int Count => count;

    internal static ulong? Replayed => SeedVariable.Read("QUICKWATER_SIM_SEED");

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        Replayed is { } seed ? [[seed]] : Enumerable.Range(1, count).Select(static seed => new object[] { (ulong)seed });
}
