namespace Quickwater.Server;

/// <summary>What the reader of a source does.</summary>
internal enum SourceState
{
    /// <summary>It looks for the next file, or waits for the first samples.</summary>
    Opening,

    /// <summary>It waits for somebody to write to a named pipe.</summary>
    Waiting,

    /// <summary>It reads.</summary>
    Playing,

    /// <summary>Nothing could be played; it tries again after a while.</summary>
    Failed,

    /// <summary>It is over.</summary>
    Ended,
}
