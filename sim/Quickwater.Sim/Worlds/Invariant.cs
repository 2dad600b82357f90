namespace Quickwater.Sim;

/// <summary>Something that must hold all the time. It calls <see cref="World.Fail"/> when it does not.</summary>
public abstract class Invariant
{
    /// <summary>Checked after every event: keep it cheap.</summary>
    public virtual void AfterStep(World world)
    {
    }

    /// <summary>Checked whenever no turn is queued and nothing is due, before time moves on.</summary>
    public virtual void AtRest(World world)
    {
    }
}
