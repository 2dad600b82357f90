using System.CommandLine;
using System.Globalization;
using Quickwater.Client;

namespace Quickwater.Server;

/// <summary>The option <c>--reconnect</c> of publish, play and listen.</summary>
internal static class ReconnectOption
{
    /// <summary>Makes the option.</summary>
    public static Option<bool> Create(string description) => new("--reconnect") { Description = description };

    /// <summary>What to do when a connection is lost and will be tried again: count it, and say so.</summary>
    public static Action<RetryNotice> Tell(ITransfer counts, CommandEnvironment environment) => notice =>
    {
        counts.AddReconnect();
        environment.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"quickwater: not connected: {notice.Failure}; trying again in {notice.Wait.TotalSeconds:0.0} s"));
    };
}
