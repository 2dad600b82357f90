namespace Quickwater.Server;

/// <summary>What the executable answers its caller.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>It was tried and failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or configuration: nothing was tried.</summary>
    public const int Usage = 2;
}
