namespace Quickwater.Sim;

/// <summary>A world broke one of its promises. The message has the seed, the virtual time, the last events and how to replay it.</summary>
public sealed class SimulationFailedException : Exception
{
    /// <summary>Makes one.</summary>
    public SimulationFailedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
