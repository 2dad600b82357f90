namespace Quickwater.Server;

/// <summary>The values of <c>limits.profile</c>: what kind of machine the defaults of the limits are for.</summary>
public enum CapacityProfile
{
    /// <summary>A machine that serves.</summary>
    Server,

    /// <summary>Somebody's own computer, which does other work besides.</summary>
    Desktop,

    /// <summary>A phone, or a board with little memory.</summary>
    Mobile,
}
