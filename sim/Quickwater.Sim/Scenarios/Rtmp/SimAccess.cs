using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>An access policy that takes its time: it answers at once, or later by mailbox, sometimes twice, sometimes no.</summary>
internal sealed class SimAccess(World world, double later, double denies) : IAccessPolicy
{
    private readonly Rng _rng = world.Rng.Fork();

    public AccessDecision Decide(in AccessRequest request, IMailbox mailbox, uint correlation)
    {
        var refusal = _rng.Chance(denies) ? Reason.AccessDenied : Reason.None;
        if (!_rng.Chance(later))
        {
            return refusal == Reason.None ? AccessDecision.Allow : AccessDecision.Deny(refusal);
        }

        world.Marks.Hit("access-later");
        var answer = Command.Answer(correlation, refusal);
        for (var times = _rng.Chance(0.2) ? 2 : 1; times > 0; times--)
        {
            world.Time.After(_rng.Chance(0.3) ? TimeSpan.Zero : _rng.UpTo(TimeSpan.FromSeconds(3)), () => mailbox.Post(answer));
        }

        return AccessDecision.Later;
    }
}
