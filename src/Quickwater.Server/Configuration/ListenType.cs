using System.Net;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>Where a system listens: an address of this machine and a port; port 0 takes any free one.</summary>
internal sealed class ListenType : ScalarType<IPEndPoint>
{
    private static readonly IPEndPoint Nowhere = new(IPAddress.None, 0);

    public override string Name => "address";

    public override string Allowed =>
        "address:port, such as 0.0.0.0:1935, [::]:1935, *:1935 (IPv4 and IPv6), localhost:0 or eth0:1935 (port 0 takes any free port)";

    protected override bool TryRead(string text, out IPEndPoint value)
    {
        var read = ListenAddress.TryParse(text, out var parsed);
        value = parsed ?? Nowhere;
        return read;
    }

    protected override string Format(IPEndPoint value) => value.ToString();
}
