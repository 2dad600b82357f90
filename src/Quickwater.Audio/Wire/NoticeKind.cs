namespace Quickwater.Audio;

/// <summary>What a notice tells. Numbers are those of the wire; a client skips those it does not know.</summary>
public enum NoticeKind : byte
{
    /// <summary>The client lags so far that it will soon be made to skip; with how far.</summary>
    Throttled = 1,

    /// <summary>The client was made to skip; with how much audio, which is missing before the next audio message.</summary>
    Skipped = 2,

    /// <summary>The server is going down and will end the connection.</summary>
    Draining = 3,

    /// <summary>The connection ends behind this, for the reason given.</summary>
    Closing = 4,

    /// <summary>The station has nothing to send for now, for the reason given.</summary>
    OffAir = 5,

    /// <summary>The station is back.</summary>
    OnAir = 6,
}
