using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>Makes the session of one listener who gets a station as a WAV without end: the request chose it. Thread-safe.</summary>
/// <param name="server">Has the stations, and the limits and books that all listeners share.</param>
/// <param name="station">The station's name, as it was asked for.</param>
/// <param name="agent">What the listener calls itself.</param>
/// <param name="wantsTitles">Whether titles stand among the bytes, as <see cref="IcyMetadata"/> has it.</param>
/// <param name="offAirMax">
/// How long it waits while the station is off the air, at first and later; then it ends with <see cref="Reason.StreamOffAir"/>.
/// </param>
public sealed class WavListener(AudioServer server, string station, string agent, bool wantsTitles, TimeSpan offAirMax) : ISessionFactory
{
    /// <inheritdoc/>
    public string Protocol => "http-audio";

    internal AudioServer Server => server;

    internal string Station => station;

    internal string Agent => agent;

    internal bool WantsTitles => wantsTitles;

    internal TimeSpan OffAirMax => offAirMax;

    /// <inheritdoc/>
    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => new WavListenerSession(this, mailbox, now);
}
