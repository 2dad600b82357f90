using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Quickwater.Server;

/// <summary>What <c>serve</c> prints once it runs: where to publish, play and watch, ready to be copied.</summary>
internal static class Banner
{
    /// <summary>The stream of the example lines, and of the demo.</summary>
    public const string DemoStream = "live/demo";

    private const string ExampleStream = "live/test";

    /// <summary>Writes it.</summary>
    public static void Write(TextWriter output, QuickwaterServer server, RtmpConfiguration rtmp, StreamKeys keys, bool demo)
    {
        var stream = demo ? DemoStream : ExampleStream;
        output.WriteLine($"Quickwater {QuickwaterServer.Version}");
        output.WriteLine();
        if (server.Rtmp is { } publish)
        {
            WritePublish(output, publish, rtmp, keys);
            Line(output, "Play", $"ffplay rtmp://{Reach(publish)}/{stream}");
        }

        if (server.Http is { } http)
        {
            Line(output, server.Rtmp is null ? "Play" : "", $"ffplay http://{Reach(http)}/{stream}.flv");
            Line(output, "Watch", $"http://{Reach(http)}/?stream={stream}");
            if (Elsewhere(http) is { } elsewhere)
            {
                Line(output, "", $"http://{elsewhere}/?stream={stream} (from other machines)");
            }
        }

        if (server.Rpc is { } rpc)
        {
            Line(output, "Call", $"{Reach(rpc)} speaks RPC: echo, ping, sleep, stats, methods");
        }

        if (server.RpcTls is { } secure)
        {
            Line(output, "", $"quickwater call {Reach(secure)} ping --tls{(server.RpcPin is { } pin ? $" --pin {pin}" : "")}");
        }

        if (server.Audio is { } audio)
        {
            var name = "Listen";
            foreach (var station in server.Stations)
            {
                Line(output, name, $"quickwater listen {Reach(audio)}/{station}");
                name = "";
                if (server.Http is { } web)
                {
                    Line(output, name, $"ffplay http://{Reach(web)}/audio/{station}.wav");
                    Line(output, name, $"http://{Reach(web)}/stations?station={station}");
                }
            }
        }

        if (server.Admin is { } admin)
        {
            Line(output, "Status", $"http://{Reach(admin)}/");
        }

        Line(output, "Stop", "Ctrl+C, twice to stop at once");
        output.WriteLine();
        output.Flush();
    }

    /// <summary>The address under which this machine reaches a listener.</summary>
    public static IPEndPoint Reach(IPEndPoint listener) =>
        listener.Address.Equals(IPAddress.Any) ? new IPEndPoint(IPAddress.Loopback, listener.Port)
        : listener.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, listener.Port)
        : listener;

    private static void WritePublish(TextWriter output, IPEndPoint listener, RtmpConfiguration rtmp, StreamKeys keys)
    {
        var here = $"rtmp://{Reach(listener)}/{ExampleStream}";
        var key = keys.Made ? keys.Keys[0] : keys.File is { } kept ? $"$(cat '{kept}')" : "KEY";
        var open = rtmp.AnonymousPublishFromLoopback;
        Line(
            output,
            "Publish",
            "ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440 -c:v libx264 -preset veryfast "
            + $"-tune zerolatency -pix_fmt yuv420p -g 60 -c:a aac -f flv \"{here}{(open ? "" : $"?key={key}")}\"");
        var from = Elsewhere(listener) ?? (open ? null : Reach(listener));
        if (from is not null)
        {
            Line(output, "OBS", $"Server rtmp://{from}/live, Stream Key test?key={(keys.Made ? keys.Keys[0] : "KEY")}");
        }

        if (open)
        {
            Line(output, "", $"on this machine also Server rtmp://{Reach(listener)}/live, Stream Key test");
        }

        Line(output, "Who", open
            ? "programs on this machine publish without a key, others with it; anyone may play"
            : "publishers need the key; anyone may play");

        Line(output, "Key", keys.Made ? $"{keys.Keys[0]} (made now, kept in {keys.File})"
            : keys.File is { } file ? $"as in {file}"
            : "as configured in rtmp.publishKeys");
    }

    // The first address that other machines may know, when the listener is open to them.
    private static IPEndPoint? Elsewhere(IPEndPoint listener)
    {
        if (IPAddress.IsLoopback(listener.Address))
        {
            return null;
        }

        if (!listener.Address.Equals(IPAddress.Any) && !listener.Address.Equals(IPAddress.IPv6Any))
        {
            return listener;
        }

        try
        {
            var address = NetworkInterface.GetAllNetworkInterfaces()
                .Where(one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(one => one.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)
                .FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork);
            return address is null ? null : new IPEndPoint(address, listener.Port);
        }
        catch (NetworkInformationException)
        {
            return null; // the line is a courtesy
        }
    }

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"  {name,-9}{text}");
}
