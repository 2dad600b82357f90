using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// Where a publishing client takes its frames from. Pulled in the client's turn when the connection can take bytes, so it must not
/// block: a file is read ahead by a worker.
/// </summary>
public interface IMediaSource
{
    /// <summary>
    /// Takes the next frame if it is due; the caller gets its reference. <see cref="Frame.SourceMilliseconds"/> is its time on the wire.
    /// </summary>
    MediaSourceStatus Take(Instant now, out Frame? frame, out Instant due);
}
