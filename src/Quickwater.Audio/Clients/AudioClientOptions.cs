namespace Quickwater.Audio;

/// <summary>What a client wants and bears. Immutable.</summary>
public sealed record AudioClientOptions
{
    /// <summary>The station to listen to; empty for none.</summary>
    public string Station { get; init; } = "";

    /// <summary>Whether it asks for the list of stations. Without a station it ends with <see cref="Core.Reason.Completed"/> once it has the list.</summary>
    public bool ListsStations { get; init; }

    /// <summary>What it calls itself.</summary>
    public string Agent { get; init; } = "quickwater";

    /// <summary>How much of the past it wants at once, up to a minute; null leaves that to the server.</summary>
    public TimeSpan? Burst { get; init; }

    /// <summary>How long the server may take to accept; <see cref="Core.Reason.HandshakeTimeout"/>. Default 10 s, as long as the server gives a client.</summary>
    public TimeSpan SetupTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the server may be silent, answers to pings included; <see cref="Core.Reason.IdleTimeout"/>. Default 30 s: six pings go out meanwhile.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest message it takes; <see cref="Core.Reason.MessageTooLarge"/>. Default 4 MiB: a second of 8 channels at 96 kHz.</summary>
    public int MessageBytesMax { get; init; } = 4 << 20;

    /// <summary>Stations in a list at most; the rest is forgotten. Default 10,000: some MB of what the server may make a client keep.</summary>
    public int StationsMax { get; init; } = 10_000;

    /// <summary>Takes apart HOST[:PORT][/STATION]. False when it is none.</summary>
    /// <param name="address">Such as <c>radio.example:7000/speech</c> or <c>[::1]/speech</c>.</param>
    /// <param name="host">The server's name or address.</param>
    /// <param name="port">Its port; 7000 unless the address has one.</param>
    /// <param name="options">Options with the station; empty where the address names none.</param>
    public static bool TryParse(string address, out string host, out int port, out AudioClientOptions? options)
    {
        host = "";
        port = 7000;
        options = null;
        if (!Uri.TryCreate($"tcp://{address}", UriKind.Absolute, out var uri)
            || uri.Host.Length == 0 || uri.UserInfo.Length + uri.Query.Length + uri.Fragment.Length > 0)
        {
            return false;
        }

        var station = uri.AbsolutePath.TrimStart('/');
        if (station.Length > 0 && !AudioWire.IsStationName(station))
        {
            return false;
        }

        host = uri.IdnHost;
        port = uri.Port > 0 ? uri.Port : port;
        options = new AudioClientOptions { Station = station };
        return true;
    }
}
