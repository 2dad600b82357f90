using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>What a play or play2 command asks for besides a name (RTMP 1.0, 7.2.2.1 and 7.2.2.2). Clients send times in milliseconds.</summary>
/// <param name="Start">Where to begin: -1000 and -2000 mean live; so does 0 here, which players send that say nothing.</param>
/// <param name="Duration">How long to play; <see cref="TimeSpan.Zero"/> is until the end.</param>
/// <param name="Reset">Whether what was played before is over.</param>
/// <param name="Transition">How play2 wants to go from one stream to another; null for play.</param>
internal readonly record struct PlayOptions(double Start, TimeSpan Duration, bool Reset, string? Transition)
{
    // Longer is as good as for ever, and no deadline overflows.
    private const double DurationMillisecondsMax = 30.0 * 24 * 3600 * 1000;

    /// <summary>Whether it asks for a place other than the live edge.</summary>
    internal bool WantsPosition => Start > 0;

    /// <summary>Whether it asks for a list of streams to be played one after the other, which there is not.</summary>
    internal bool WantsPlaylist => Transition is "append" or "appendAndWait" or "stop";

    /// <summary>Reads the arguments behind the name of a play command.</summary>
    internal static PlayOptions OfPlay(Amf0Reader arguments)
    {
        var start = Next(ref arguments);
        var duration = Next(ref arguments);
        var reset = Next(ref arguments);
        return new PlayOptions(PlaceOf(start), Length(duration), Resets(reset), null);
    }

    /// <summary>Reads the one argument of a play2 command, and the name in it.</summary>
    internal static PlayOptions OfPlay2(Amf0Reader arguments, out string name)
    {
        var wanted = Next(ref arguments);
        name = wanted["streamName"].Text;
        return new PlayOptions(PlaceOf(wanted["start"]), Length(wanted["len"]), Reset: true, wanted["transition"].Text);
    }

    private static AmfValue Next(ref Amf0Reader arguments) =>
        AmfValue.TryRead(ref arguments, out var value) ? value : AmfValue.Undefined;

    private static double PlaceOf(AmfValue value) => value.Kind == AmfKind.Number ? value.Number : -2000;

    private static TimeSpan Length(AmfValue value) => value is { Kind: AmfKind.Number, Number: > 0 and <= DurationMillisecondsMax }
        ? TimeSpan.FromMilliseconds(value.Number)
        : TimeSpan.Zero;

    // A boolean, or a number as older players send it; 0 and false add to a playlist.
    private static bool Resets(AmfValue value) => value.Kind is not (AmfKind.Boolean or AmfKind.Number) || value.Number != 0;
}
