using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>Draws of times.</summary>
public static class RngExtensions
{
    /// <summary>A time from zero up to, not including, <paramref name="most"/>.</summary>
    public static TimeSpan UpTo(this Rng rng, TimeSpan most) => new((long)(rng.Unit() * most.Ticks));

    /// <summary>A time from <paramref name="least"/> up to, not including, <paramref name="most"/>.</summary>
    public static TimeSpan Between(this Rng rng, TimeSpan least, TimeSpan most) => least + rng.UpTo(most - least);
}
