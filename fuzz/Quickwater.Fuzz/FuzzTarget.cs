using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>
/// Something that takes bytes from peers. A derived class is found by itself: adding a target is adding a file. One object is used by one
/// thread.
/// </summary>
internal abstract class FuzzTarget
{
    /// <summary>Its name on the command line: the protocol, a dash, and what it is.</summary>
    public abstract string Name { get; }

    /// <summary>What it feeds to what, in a sentence.</summary>
    public abstract string Description { get; }

    /// <summary>How many inputs every change is tried with.</summary>
    public virtual int InputsInCi => 60_000;

    /// <summary>Whether its inputs are whole sessions, of which half must get past the handshake.</summary>
    public virtual bool IsSession => false;

    /// <summary>New objects of all targets, by name.</summary>
    public static IReadOnlyList<FuzzTarget> CreateAll() =>
    [
        .. typeof(FuzzTarget).Assembly.GetTypes()
            .Where(static type => type.IsSubclassOf(typeof(FuzzTarget)) && !type.IsAbstract)
            .Select(static type => (FuzzTarget)(Activator.CreateInstance(type) ?? throw new InvalidOperationException(type.Name)))
            .OrderBy(static target => target.Name, StringComparer.Ordinal),
    ];

    /// <summary>
    /// Makes an input from the generator, feeds it, and checks what must hold. Whatever it throws is a failure of that seed.
    /// </summary>
    public abstract FuzzOutcome Run(Rng rng);

    /// <summary>Fails the input unless it holds.</summary>
    protected static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new FuzzFailedException(what);
        }
    }
}
