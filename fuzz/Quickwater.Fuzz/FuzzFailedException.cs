namespace Quickwater.Fuzz;

/// <summary>What must hold did not.</summary>
internal sealed class FuzzFailedException : Exception
{
    /// <summary>Makes it.</summary>
    public FuzzFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes it.</summary>
    public FuzzFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes it.</summary>
    public FuzzFailedException()
    {
    }
}
