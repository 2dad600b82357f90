using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>Makes the server's sessions: the audio protocol in front of the stations. Thread-safe.</summary>
public sealed class AudioServer : ISessionFactory
{
    /// <summary>Makes it.</summary>
    /// <param name="hub">Where the stations publish.</param>
    /// <param name="stations">What there is to hear.</param>
    /// <param name="options">How clients are treated.</param>
    /// <exception cref="ArgumentException">The options are not valid; the message tells which and why.</exception>
    public AudioServer(Hub hub, StationRegister stations, AudioServerOptions options)
    {
        var faults = options.Validate().ToList();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        }

        Hub = hub;
        Stations = stations;
        Options = options;
        Clients = new CountLimit(options.ClientsMax, Reason.TooManyConnections);
    }

    /// <inheritdoc/>
    public string Protocol => "audio";

    /// <summary>How clients are treated.</summary>
    public AudioServerOptions Options { get; }

    /// <summary>What there is to hear.</summary>
    public StationRegister Stations { get; }

    /// <summary>Clients that said hello and were accepted.</summary>
    public CountLimit Clients { get; }

    internal Hub Hub { get; }

    /// <summary>The same sessions over another transport, under the name of that.</summary>
    /// <param name="protocol">For example <c>ws-audio</c>.</param>
    public ISessionFactory Through(string protocol) => new Renamed(this, protocol);

    /// <inheritdoc/>
    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new AudioServerSession(this, info, mailbox, now);

    private sealed class Renamed(AudioServer server, string protocol) : ISessionFactory
    {
        public string Protocol => protocol;

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => server.Create(info, mailbox, now);
    }
}
