using System.Net;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Quickwater.Client;

namespace Quickwater.Server;

/// <summary>The clip that comes with the executable, published to its own server in a loop.</summary>
internal static class DemoClip
{
    private const string ResourceName = "demo.flv";

    /// <summary>Publishes over RTMP as anyone else would, and again after a break, until it is told to stop.</summary>
    public static async Task PublishAsync(IPEndPoint rtmp, StreamKeys keys, ILoggerProvider provider, CancellationToken stop)
    {
        var log = provider.CreateLogger("Quickwater.Demo");
        var options = new RtmpPublisherOptions
        {
            Reconnect = new BackoffOptions { First = TimeSpan.FromSeconds(1) },
            Retrying = notice => Log.DemoEnded(log, Banner.DemoStream, notice.Failure.ToString()),
        };
        var publisher = new FlvPublisher(Open, loop: true, TimeProvider.System);
        await publisher.RunAsync($"rtmp://{Banner.Reach(rtmp)}/{Banner.DemoStream}?key={keys.Keys[0]}", options, stop);
    }

    /// <summary>Opens the clip.</summary>
    public static Stream Open() => Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)
        ?? throw new FileNotFoundException("This build has no demo clip.", ResourceName);
}
