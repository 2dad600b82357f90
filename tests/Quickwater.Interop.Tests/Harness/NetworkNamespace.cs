using System.Net;

namespace Quickwater.Interop.Tests;

/// <summary>
/// A network namespace with one link to this machine, whose packets can be lost by a firewall rule inside it. It is made and removed by its
/// own name; nothing else on this machine changes.
/// </summary>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _name = $"quickwater-{Environment.ProcessId}";
    private readonly string _link = $"qw{Environment.ProcessId}";

    private NetworkNamespace()
    {
    }

    /// <summary>This machine's address on the link.</summary>
    public IPAddress Host { get; } = Address(1);

    /// <summary>Makes it.</summary>
    public static async Task<NetworkNamespace> CreateAsync()
    {
        var made = new NetworkNamespace();
        try
        {
            await RunAsync("netns", "add", made._name);
            await RunAsync("link", "add", made._link, "type", "veth", "peer", "name", "eth0", "netns", made._name);
            await RunAsync("address", "add", $"{made.Host}/30", "dev", made._link);
            await RunAsync("link", "set", made._link, "up");
            await RunAsync("-n", made._name, "address", "add", $"{Address(2)}/30", "dev", "eth0");
            await RunAsync("-n", made._name, "link", "set", "eth0", "up");
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a program inside.</summary>
    public Child Start(string tool, IEnumerable<string> arguments) =>
        Child.Start("ip", ["netns", "exec", _name, Tools.Require(tool), .. arguments]);

    /// <summary>From now on everything that is sent inside is lost, without a word to anybody.</summary>
    public Task LoseAsync() => RunAsync("netns", "exec", _name, Tools.Require("iptables"), "-A", "OUTPUT", "-j", "DROP");

    /// <summary>Nothing is lost any more.</summary>
    public Task HealAsync() => RunAsync("netns", "exec", _name, Tools.Require("iptables"), "-F", "OUTPUT");

    public async ValueTask DisposeAsync()
    {
        // The link first: a socket that still has something to send would keep the namespace, and with it the link, for minutes.
        await using var link = Child.Start("ip", "link", "delete", _link);
        await link.ExitAsync(Patience);
        await using var name = Child.Start("ip", "netns", "delete", _name);
        await name.ExitAsync(Patience);
    }

    // Two processes' links rarely meet in the sixteen thousand that this gives.
    private static IPAddress Address(int host) =>
        new([10, (byte)(192 + (Environment.ProcessId >> 6 & 63)), (byte)(Environment.ProcessId >> 12), (byte)((Environment.ProcessId & 63) << 2 | host)]);

    private static async Task RunAsync(params string[] arguments)
    {
        await using var ip = Child.Start("ip", arguments);
        var code = await ip.ExitAsync(Patience);
        Assert.True(code == 0, $"ip {string.Join(' ', arguments)}: {ip.Error.Text}{ip.Output.Text}");
    }
}
