using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Quickwater.Net;

/// <summary>Reads where to listen, as people write it in a configuration.</summary>
public static class ListenAddress
{
    /// <summary>
    /// Reads <c>HOST:PORT</c>, where HOST is an IPv4 address, an IPv6 address in brackets, <c>*</c> for every address of both families,
    /// <c>localhost</c>, or the name of a network interface (its first IPv4 address, or else its first IPv6 address).
    /// False when it is none of these or no such interface is up.
    /// </summary>
    public static bool TryParse(string text, out IPEndPoint? listen)
    {
        listen = null;
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }

        var address = AddressOf(text[..colon]);
        listen = address is null ? null : new IPEndPoint(address, port);
        return listen is not null;
    }

    private static IPAddress? AddressOf(string host)
    {
        if (host == "*")
        {
            return IPAddress.IPv6Any;
        }

        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            return IPAddress.Loopback;
        }

        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            return IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out var six)
                && six.AddressFamily == AddressFamily.InterNetworkV6 ? six : null;
        }

        // The runtime also takes "1" and "0x7f.1" for addresses; people who write that mean something else.
        return IPAddress.TryParse(host, out var four) && four.AddressFamily == AddressFamily.InterNetwork
            && string.Equals(four.ToString(), host, StringComparison.Ordinal) ? four : OfInterface(host);
    }

    private static IPAddress? OfInterface(string name)
    {
        var addresses = NetworkInterface.GetAllNetworkInterfaces()
            .Where(one => string.Equals(one.Name, name, StringComparison.Ordinal))
            .SelectMany(one => one.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .ToArray();
        return Array.Find(addresses, one => one.AddressFamily == AddressFamily.InterNetwork)
            ?? Array.Find(addresses, one => one.AddressFamily == AddressFamily.InterNetworkV6);
    }
}
