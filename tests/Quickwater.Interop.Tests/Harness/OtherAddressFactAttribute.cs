using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Quickwater.Interop.Tests;

/// <summary>A fact that needs programs, and an IPv4 address of this machine that is not loopback.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OtherAddressFactAttribute : FactAttribute
{
    /// <summary>A fact that needs these programs and such an address. In CI it is never skipped.</summary>
    public OtherAddressFactAttribute(params string[] programs)
    {
        Programs = programs;
        Skip = new ToolFactAttribute(programs).Skip
            ?? (Address is null && !Tools.InCi ? "this machine has no address but loopback" : null);
    }

    /// <summary>The address, or null.</summary>
    public static IPAddress? Address { get; } = NetworkInterface.GetAllNetworkInterfaces()
        .Where(one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(one => one.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork);

    /// <summary>The programs this test needs.</summary>
    public IReadOnlyList<string> Programs { get; }
}
