using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Fuzz;

/// <summary>
/// Whole sessions of any protocol: valid tapes, of which most inputs break what stands behind the greeting and some the greeting.
/// </summary>
internal abstract class SessionTarget : FuzzTarget
{
    private const double BrokenGreetingShare = 0.1;
    private const long AllocatedBytesMax = 2 * 1024 * 1024;

    private readonly Lazy<SessionTape[]> _tapes;

    protected SessionTarget(World? world = null)
    {
        World = world ?? new World();
        _tapes = new Lazy<SessionTape[]>(Record);
    }

    /// <inheritdoc/>
    public sealed override bool IsSession => true;

    /// <summary>How many valid tapes there are.</summary>
    internal int Forms => _tapes.Value.Length;

    /// <summary>Why a session may end of which nothing is broken but the pace.</summary>
    internal virtual IReadOnlyList<Reason> TooSlow { get; } = [Reason.HandshakeTimeout];

    protected World World { get; }

    /// <inheritdoc/>
    public sealed override FuzzOutcome Run(Rng rng)
    {
        var form = ChooseForm(rng);
        var tape = _tapes.Value[form];
        return RunChecked(rng, form, Mutator.Mutate(rng, tape.Bytes, rng.Chance(BrokenGreetingShare) ? 0 : tape.GreetingBytes));
    }

    /// <summary>Plays a valid tape as it is: what it must not be refused for.</summary>
    internal FuzzOutcome RunUnbroken(Rng rng, int form) => RunChecked(rng, form, _tapes.Value[form].Bytes);

    /// <summary>The valid tapes, each another form of such a session.</summary>
    protected abstract SessionTape[] Record();

    protected virtual int ChooseForm(Rng rng) => rng.Below(Forms);

    /// <summary>Bytes of the greeting of a form.</summary>
    protected int GreetingBytes(int form) => _tapes.Value[form].GreetingBytes;

    /// <summary>Plays one session to its end, and lets go of all that it used.</summary>
    protected abstract FuzzOutcome Play(Rng rng, int form, byte[] input);

    private FuzzOutcome RunChecked(Rng rng, int form, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = Play(rng, form, input);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Check(allocated <= AllocatedBytesMax, $"it allocated {allocated} bytes for {input.Length} received");
        Check(World.IsEmpty, $"something is left: {World.Engine.Leaks.Read()}, {World.Hub.Topics.Count} topics, {World.Hub.PublisherCount} publishers");
        return outcome;
    }
}
