using System.Text;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rpc;

namespace Quickwater.Sim;

/// <summary>Says who may call in a world that asks: at once, later, or never, as the seed draws.</summary>
internal sealed class RpcDoor(World world, Rng rng) : IRpcAuthenticator
{
    /// <summary>Whom it lets in, each with its name as its token.</summary>
    public static readonly IReadOnlyList<string> Callers = ["alice", "bob"];

    /// <summary>A token that it does not know.</summary>
    public const string Wrong = "wrong";

    /// <summary>Whether it lets in who has this token.</summary>
    public static bool Knows(string? token) => Callers.Contains(token, StringComparer.Ordinal);

    /// <inheritdoc/>
    public AccessDecision Decide(string token, ConnectionInfo connection, IMailbox mailbox, uint correlation)
    {
        var refusal = Knows(token) ? Reason.None : Reason.AccessDenied;
        if (rng.Chance(0.4))
        {
            return refusal == Reason.None ? AccessDecision.AllowAs(token) : AccessDecision.Deny(refusal);
        }

        if (rng.Chance(0.1))
        {
            world.Marks.Hit("login-never-answered");
        }
        else
        {
            world.Marks.Hit("login-answered-later");
            var most = rng.Chance(0.1) ? TimeSpan.FromSeconds(20) : TimeSpan.FromMilliseconds(300);
            world.Time.After(rng.UpTo(most), () => mailbox.Post(Command.Answer(correlation, refusal, token)));
        }

        return AccessDecision.Later;
    }

    /// <summary>The request that says who calls.</summary>
    public static byte[] Request(uint id, string token)
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"method":"rpc.authenticate","params":{"token":"{{{token}}}"}}""");
        var frame = new byte[RpcHeader.Bytes + body.Length];
        new RpcHeader(id, (uint)body.Length).Write(frame);
        body.CopyTo(frame.AsSpan(RpcHeader.Bytes));
        return frame;
    }
}
