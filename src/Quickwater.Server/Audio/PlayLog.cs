using Microsoft.Extensions.Logging;
using Quickwater.Audio;

namespace Quickwater.Server;

/// <summary>Logs what one station plays, when it is heard. Of many short tracks it counts most.</summary>
internal sealed class PlayLog(ILogger log, TimeProvider time)
{
    private readonly LineBudget _lines = new(time);

    /// <summary>Something else is heard now.</summary>
    public void Tell(Station station)
    {
        if (station.Origin.Length == 0 || !_lines.IsDue(out var unsaid))
        {
            return;
        }

        if (unsaid > 0)
        {
            Log.SourceLinesLeftOut(log, station.Name, unsaid);
        }

        Log.TrackStarted(log, station.Name, station.Origin, station.Format.ToString());
    }
}
