namespace Quickwater.Core;

/// <summary>The answer of an access policy, if it is known at once.</summary>
/// <param name="IsKnown">False when it comes later, by mailbox.</param>
/// <param name="Refusal"><see cref="Reason.None"/> is yes.</param>
/// <param name="Identity">Whom the policy takes the asker for, in a few words for people; never a secret. Null when it does not say.</param>
public readonly record struct AccessDecision(bool IsKnown, Reason Refusal, string? Identity = null)
{
    /// <summary>Yes.</summary>
    public static AccessDecision Allow => new(true, Reason.None);

    /// <summary>
    /// The answer comes later as a <see cref="CommandKind.Answer"/> with the same correlation number; its payload may be the identity.
    /// </summary>
    public static AccessDecision Later => new(false, Reason.None);

    /// <summary>No.</summary>
    public static AccessDecision Deny(Reason why) => new(true, why);

    /// <summary>Yes, and whom it is taken for.</summary>
    public static AccessDecision AllowAs(string identity) => new(true, Reason.None, identity);
}
