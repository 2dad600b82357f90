namespace Quickwater.Server;

/// <summary>What a display shows of a transfer that goes on. Read by any thread.</summary>
internal interface ITransfer
{
    /// <summary>Payload bytes so far.</summary>
    long Bytes { get; }

    /// <summary>What it counts, in order, each with its value for people.</summary>
    IReadOnlyList<(string Name, string Value)> Figures { get; }

    /// <summary>What is wrong so far, in the same way; shown where it is not 0.</summary>
    IReadOnlyList<(string Name, long Count)> Losses { get; }

    /// <summary>Counts one more attempt to connect.</summary>
    void AddReconnect();
}
