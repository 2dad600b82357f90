using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

[Requirement("RTMP-6.3")]
public sealed class MailboxTests
{
    [Fact]
    public void A_kick_comes_before_a_drain_and_a_drain_before_answers()
    {
        var mailbox = new Mailbox(8);
        mailbox.Post(Command.Answer(1, Reason.None));
        mailbox.Post(Command.Answer(2, Reason.AccessDenied));
        mailbox.Post(Command.Drain);
        mailbox.Post(Command.Kick(Reason.Kicked));
        Assert.Equal(
            [Command.Kick(Reason.Kicked), Command.Drain, Command.Answer(1, Reason.None), Command.Answer(2, Reason.AccessDenied)],
            TakeAll(mailbox));
    }

    [Fact]
    public void Control_commands_coalesce_and_the_first_kick_reason_wins()
    {
        var mailbox = new Mailbox(8);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(mailbox.Post(Command.Drain));
            Assert.True(mailbox.Post(Command.Kick(i == 0 ? Reason.TakenOver : Reason.Kicked)));
        }

        Assert.Equal([Command.Kick(Reason.TakenOver), Command.Drain], TakeAll(mailbox));
    }

    [Fact]
    public void Answers_are_bounded_and_keep_their_payload()
    {
        var mailbox = new Mailbox(2);
        var payload = new object();
        Assert.True(mailbox.Post(Command.Answer(7, Reason.None, payload)));
        Assert.True(mailbox.Post(Command.Answer(8, Reason.None)));
        Assert.False(mailbox.Post(Command.Answer(9, Reason.None)));
        Assert.True(mailbox.Post(Command.Drain));
        Assert.True(mailbox.TryTake(out _, out _));
        Assert.True(mailbox.TryTake(out var first, out var abort));
        Assert.False(abort);
        Assert.Same(payload, first.Payload);
        Assert.True(mailbox.Post(Command.Answer(9, Reason.None)));
        Assert.Equal([8u, 9u], TakeAll(mailbox).Select(command => command.Correlation));
    }

    [Fact]
    public void An_abort_overtakes_everything_and_keeps_the_first_reason()
    {
        var mailbox = new Mailbox(8);
        mailbox.Post(Command.Answer(1, Reason.None));
        mailbox.Post(Command.Kick(Reason.Kicked));
        mailbox.PostAbort(Reason.ForcedStop);
        Assert.True(mailbox.TryTake(out var command, out var abort));
        Assert.True(abort);
        Assert.Equal(Reason.Kicked, command.Reason);
    }

    private static List<Command> TakeAll(Mailbox mailbox)
    {
        var taken = new List<Command>();
        while (mailbox.TryTake(out var command, out var abort))
        {
            Assert.False(abort);
            taken.Add(command);
        }

        return taken;
    }
}
