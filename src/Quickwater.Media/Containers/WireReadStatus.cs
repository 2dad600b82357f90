using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>How far <see cref="FlvReader.Read"/>, or the reader of another wire that carries media, got.</summary>
public enum WireReadStatus
{
    /// <summary>It needs more bytes behind those it did not consume.</summary>
    NeedMore,

    /// <summary>It yields one whole message or tag; there may be more in the same bytes.</summary>
    Item,

    /// <summary>The input broke the rules; the reader is over and its <c>Failure</c> says why.</summary>
    Failed,
}
