namespace Quickwater.Interop.Tests;

/// <summary>A fact that makes a network namespace of its own: it needs root on Linux, ip and iptables, and perhaps more programs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NamespaceFactAttribute : FactAttribute
{
    /// <summary>A fact that needs these programs besides. In CI it is never skipped.</summary>
    public NamespaceFactAttribute(params string[] programs)
    {
        Programs = ["ip", "iptables", .. programs];
        Skip = new ToolFactAttribute([.. Programs]).Skip
            ?? (Environment.IsPrivilegedProcess || Tools.InCi ? null : "network namespaces need root");
    }

    /// <summary>The programs this test needs.</summary>
    public IReadOnlyList<string> Programs { get; }
}
