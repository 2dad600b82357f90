using System.Reflection;
using System.Text;
using Quickwater.Core;
using Quickwater.Rpc;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>What users run has no planted faults: docs/adr/0036.</summary>
[Requirement("MED-9.10")]
public sealed class ShippedTests
{
    private const string Switch = "Quickwater.Mutant";

    [Fact]
    public void No_shipped_assembly_reads_or_names_the_switch_of_the_planted_faults()
    {
        var shipped = Directory.GetFiles(AppContext.BaseDirectory, "*uickwater*.dll")
            .Where(static path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal)).ToArray();
        Assert.Contains(shipped, static path => Path.GetFileName(path) == "quickwater.dll");
        Assert.Contains(shipped, static path => Path.GetFileName(path) == "Quickwater.Sim.dll");
        Assert.DoesNotContain(shipped, static path => Path.GetFileName(path) == "Quickwater.Mutants.dll");
        Assert.All(shipped, static path =>
        {
            var bytes = File.ReadAllBytes(path);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Switch))); // as it stands in code
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Switch)));
        });
    }

    [Theory]
    [InlineData(typeof(Engine), "Quickwater.Core.Mutants")]
    [InlineData(typeof(RpcServer), "Quickwater.Rpc.RpcMutants")]
    public void The_planted_faults_are_constants_that_the_compiler_leaves_out(Type beside, string name)
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var members = beside.Assembly.GetType(name, throwOnError: true)?.GetMembers(all) ?? [];
        Assert.NotEmpty(members);
        Assert.All(members, static member => Assert.True(
            member is FieldInfo { IsLiteral: true } field && field.GetRawConstantValue() is false or 0u, $"{member} is not a constant that changes nothing"));
    }
}
