using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>How a station's source is doing: why there is nothing to hear, if there is nothing.</summary>
/// <param name="State">What its reader does.</param>
/// <param name="Path">The file or pipe that it is at. It reads ahead: what is heard is the station's to say.</param>
/// <param name="Tracks">Files in the folder or playlist when it was looked at last.</param>
/// <param name="Remark">What of the folder or playlist is not played, and why, in words; empty when nothing.</param>
/// <param name="Why">The latest thing that could not be played; <see cref="Reason.None"/> when there was none.</param>
/// <param name="Problem">The same in words, with the file.</param>
internal sealed record SourceCondition(SourceState State, string Path, int Tracks, string Remark, Reason Why, string Problem)
{
    /// <summary>Of a source that has not begun.</summary>
    public static readonly SourceCondition Initial = new(SourceState.Opening, "", 0, "", Reason.None, "");
}
