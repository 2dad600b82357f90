namespace Quickwater.Interop.Tests;

/// <summary>All tests here, one after the other: each has a server, encoders and decoders beside it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RealClientsCollection
{
    public const string Name = "real clients";
}
