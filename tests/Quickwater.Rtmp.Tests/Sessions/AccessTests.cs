using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class AccessTests : StudioTests
{
    [Theory]
    [InlineData(Reason.KeyRequired, "NetStream.Publish.Denied", "NetStream.Play.Failed")]
    [InlineData(Reason.AccessDenied, "NetStream.Publish.Denied", "NetStream.Play.Failed")]
    [InlineData(Reason.StreamNotFound, "NetStream.Publish.Failed", "NetStream.Play.StreamNotFound")]
    public void A_refusal_is_an_error_that_says_why(Reason why, string publishCode, string playCode)
    {
        var studio = Open();
        studio.Access = _ => AccessDecision.Deny(why);
        var client = studio.Join(streams: 2);
        client.Publish("cam", 1);
        client.Play("cam", 2);
        studio.Settle();

        var publish = client.Status(publishCode);
        Assert.Equal(("error", 1u), (publish.Level, publish.Stream));
        Assert.Contains(why.Text(), publish.Description);
        var play = client.Status(playCode);
        Assert.Equal(("error", 2u), (play.Level, play.Stream));
        Assert.Contains(why.Text(), play.Description);
        Assert.DoesNotContain(client.Codes, code => code.EndsWith("Start", StringComparison.Ordinal));
        Assert.Empty(studio.Hub.Topics);
        Assert.False(client.Finished);
    }

    [Fact]
    [Requirement("RTMP-3.3")]
    public void The_policy_is_asked_with_the_key_from_wherever_it_stands()
    {
        var studio = Open();
        var asked = new List<AccessRequest>();
        studio.Access = request =>
        {
            asked.Add(request);
            return AccessDecision.Allow;
        };
        studio.Join("live?key=app").Play("cam?a=b&key=name");
        studio.Join("live?key=app").Play("cam");
        var third = studio.Dial();
        third.Handshake();
        third.Connect("live", "rtmp://localhost/live?key=u%26rl");
        third.Command("createStream", 2, 0);
        third.Publish("cam");
        studio.Join().Play("cam");
        studio.Settle();

        Assert.Equal(["name", "app", "u&rl", null], asked.Select(request => request.Key));
        Assert.All(asked, request => Assert.Equal(("live", "cam"), (request.Application, request.Stream)));
        Assert.Equal(StreamAction.Publish, asked[2].Action);
        Assert.Equal("rtmp", asked[0].Connection.Protocol);
    }

    [Fact]
    public void The_policy_sees_the_same_parts_wherever_the_client_draws_their_border()
    {
        var studio = Open();
        var asked = new List<AccessRequest>();
        studio.Access = request =>
        {
            asked.Add(request);
            return AccessDecision.Allow;
        };
        studio.Join("live/a").Publish("b?x=1");
        studio.Settle();
        studio.Join("live?x=1").Play("a/b");
        studio.Settle();

        Assert.All(asked, request => Assert.Equal(("live", "a/b", "x=1"), (request.Application, request.Stream, request.Parameters)));
        Assert.Equal("live/a/b", Assert.Single(studio.Hub.Topics).Name);
        Assert.Single(studio.Topic("live/a/b").Viewers);
    }

    [Theory]
    [Requirement("RTMP-4.9/identity")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_session_keeps_what_it_was_allowed_and_as_whom_while_it_does_it(bool late)
    {
        var studio = Open();
        studio.Access = _ => late ? AccessDecision.Later : AccessDecision.AllowAs("the studio");
        var client = studio.Join(streams: 2);
        client.Publish("cam?key=k&a=b", 1);
        studio.Settle();
        foreach (var (_, mailbox, correlation) in studio.Questions)
        {
            mailbox.Post(Command.Answer(correlation, Reason.None, "the studio"));
        }

        studio.Settle();
        var access = Assert.Single(client.Session.Accesses);
        Assert.Equal("the studio", access.Identity);
        Assert.Equal((StreamAction.Publish, "live", "cam", "k", "key=k&a=b"), (
            access.Request.Action, access.Request.Application, access.Request.Stream, access.Request.Key, access.Request.Parameters));
        Assert.Equal(client.Served.Connection?.Info, access.Request.Connection);
        Assert.Equal("the studio", Assert.Single(((IMediaSession)client.Session).Places).Identity);

        client.Command("closeStream", 0, 1);
        studio.Settle();
        Assert.Empty(client.Session.Accesses);
    }

    [Fact]
    [Requirement("RTMP-4.9")]
    public void A_policy_that_does_not_answer_in_time_has_said_no()
    {
        var studio = Open(() => new Studio(new RtmpServerOptions { AccessTimeout = TimeSpan.FromSeconds(3) }));
        studio.Access = static _ => AccessDecision.Later;
        var client = studio.Join(streams: 2);
        client.Publish("cam", 1);
        client.Start();
        client.Command("_checkbw", 9, 0);
        studio.Run(2.9);
        Assert.Single(client.Codes);
        studio.Run(0.2);

        var refusal = client.Status("NetStream.Publish.Failed");
        Assert.Equal("error", refusal.Level);
        Assert.Contains(Reason.AccessTimeout.Text(), refusal.Description);
        Assert.Equal("_result", client.Answer(9).Name); // it reads on
        studio.Questions[0].Mailbox.Post(Command.Answer(studio.Questions[0].Correlation, Reason.None));
        studio.Settle();
        Assert.Empty(studio.Hub.Topics);

        client.Play("cam", 2);
        studio.Run(3.1);
        Assert.Equal("NetStream.Play.Failed", client.Codes[^1]);
        Assert.False(client.Finished);
    }

    [Fact]
    public void A_late_answer_starts_what_was_asked_for_and_meanwhile_nothing_is_read()
    {
        var studio = Open();
        studio.Access = static _ => AccessDecision.Later;
        var client = studio.Join(streams: 2);
        client.Publish("cam", 1);
        client.Start(); // real encoders do not wait
        client.Command("_checkbw", 9, 0);
        studio.Settle();
        Assert.DoesNotContain(client.Messages, m => m.Transaction == 9);

        var (request, mailbox, correlation) = Assert.Single(studio.Questions);
        Assert.Equal("cam", request.Stream);
        mailbox.Post(Command.Answer(correlation, Reason.None));
        studio.Settle();
        Assert.Contains("NetStream.Publish.Start", client.Codes);
        Assert.Equal("_result", client.Answer(9).Name);
        Assert.Equal(3, studio.Topic().Stats.VideoFrames);
    }

    [Fact]
    public void A_late_refusal_is_told_as_one()
    {
        var studio = Open();
        studio.Access = static _ => AccessDecision.Later;
        var client = studio.Join();
        client.Publish("cam");
        studio.Settle();
        studio.Questions[0].Mailbox.Post(Command.Answer(studio.Questions[0].Correlation, Reason.KeyRequired));
        studio.Settle();

        Assert.Equal("NetStream.Publish.Denied", client.Codes[^1]);
    }

    [Fact]
    public void Stale_and_unasked_answers_change_nothing()
    {
        var studio = Open();
        studio.Access = static _ => AccessDecision.Later;
        var client = studio.Join();
        client.Publish("cam");
        studio.Settle();
        var (_, mailbox, correlation) = studio.Questions[0];
        mailbox.Post(Command.Answer(correlation + 1, Reason.None));
        mailbox.Post(Command.Answer(correlation - 1, Reason.None));
        studio.Settle();
        Assert.Empty(studio.Hub.Topics);

        mailbox.Post(Command.Answer(correlation, Reason.AccessDenied));
        mailbox.Post(Command.Answer(correlation, Reason.None));
        studio.Settle();
        Assert.Empty(studio.Hub.Topics);
        Assert.Single(client.Codes, "NetStream.Publish.Denied");
    }

    [Fact]
    public void An_answer_for_a_client_that_has_gone_is_too_late()
    {
        var studio = Open();
        studio.Access = static _ => AccessDecision.Later;
        var client = studio.Join();
        client.Publish("cam");
        studio.Settle();
        client.Die();
        studio.Run(61);
        studio.Questions[0].Mailbox.Post(Command.Answer(studio.Questions[0].Correlation, Reason.None));
        studio.Settle();

        Assert.Empty(studio.Hub.Topics);
        Assert.Single(studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-15.7", "RTMP-15.5", "RTMP-21.8/access")]
    public void A_connection_ends_with_its_third_refusal()
    {
        var studio = Open();
        studio.Access = static _ => AccessDecision.Deny(Reason.KeyRequired);
        var client = studio.Join();
        client.Publish("a");
        client.Publish("b");
        studio.Settle();
        Assert.Empty(studio.Closed);
        client.Publish("c");
        studio.Settle();

        Assert.Equal(3, client.Codes.Count(static code => code == "NetStream.Publish.Denied")); // the last answer still arrives
        Assert.Equal(["TooManyAttempts"], studio.Closed);
    }

    [Theory]
    [Requirement("RTMP-15.7", "RTMP-21.8/rates")]
    [InlineData(StreamAction.Publish)]
    [InlineData(StreamAction.Play)]
    public void An_address_that_gave_five_wrong_keys_in_a_minute_is_refused_with_a_right_one_too_until_its_time_is_over(StreamAction door)
    {
        const int Failures = 5;
        var studio = Open();
        studio.Access = request => request.Key == "right" ? AccessDecision.Allow : AccessDecision.Deny(Reason.AccessDenied);
        var healthy = studio.Join();
        healthy.Publish("healthy?key=right");
        studio.Settle();
        for (var i = 0; i < Failures; i++)
        {
            Ask(studio.Join(), $"cam?key=guess{i}");
            studio.Settle();
        }

        var blocked = studio.Join();
        Ask(blocked, "cam?key=right");
        studio.Settle();
        Assert.DoesNotContain(blocked.Codes, static code => code.EndsWith("Start", StringComparison.Ordinal));
        Assert.Equal(["TooManyAttempts"], studio.Closed);
        Assert.True(studio.Topic("live/healthy").IsLive); // what it publishes goes on

        studio.Run(30);
        healthy.Start(30_000);
        studio.Run(30);
        var later = studio.Join();
        Ask(later, door == StreamAction.Publish ? "cam?key=right" : "healthy?key=right");
        studio.Settle();
        Assert.Contains(later.Codes, static code => code.EndsWith("Start", StringComparison.Ordinal));

        void Ask(RawClient client, string name)
        {
            if (door == StreamAction.Publish)
            {
                client.Publish(name);
            }
            else
            {
                client.Play(name);
            }
        }
    }

    [Fact]
    [Requirement("RTMP-15.7")]
    public void A_right_key_whose_answer_comes_when_the_address_is_refused_is_refused()
    {
        var studio = Open();
        studio.Access = static _ => AccessDecision.Later;
        for (var i = 0; i < 6; i++)
        {
            studio.Join().Publish($"cam{i}");
            studio.Settle();
        }

        foreach (var (_, mailbox, correlation) in studio.Questions.Take(5))
        {
            mailbox.Post(Command.Answer(correlation, Reason.AccessDenied));
        }

        studio.Settle();
        studio.Questions[5].Mailbox.Post(Command.Answer(studio.Questions[5].Correlation, Reason.None));
        studio.Settle();

        Assert.Empty(studio.Hub.Topics);
        Assert.Equal(["TooManyAttempts"], studio.Closed);
    }

    [Theory]
    [InlineData(true, false, "ConnectionReset")]
    [InlineData(false, false, "PeerClosed")]
    [InlineData(false, true, "PeerClosed")]
    public void A_client_that_goes_while_the_policy_is_asked_is_gone_at_once(bool dies, bool askedMore, string why)
    {
        var studio = Open();
        studio.Access = static _ => AccessDecision.Later;
        var client = studio.Join();
        client.Publish("cam");
        if (askedMore)
        {
            client.Start();
            client.Command("_checkbw", 9, 0);
        }

        studio.Settle();
        if (dies)
        {
            client.Die();
        }
        else
        {
            client.Finish();
        }

        studio.Settle();
        Assert.Equal([why], studio.Closed);
        studio.Questions[0].Mailbox.Post(Command.Answer(studio.Questions[0].Correlation, Reason.None));
        studio.Settle();
        Assert.Empty(studio.Log);
    }

    [Theory]
    [InlineData("mp4:")]
    [InlineData("a<b")]
    [InlineData("..")]
    [InlineData("a//b")]
    public void A_name_that_cannot_be_used_is_refused_without_asking(string name)
    {
        var studio = Open();
        studio.Access = static _ => throw new InvalidOperationException("It was asked.");
        var client = studio.Join(streams: 2);
        client.Publish(name, 1);
        client.Play(name, 2);
        client.Command("publish", 0, 1); // no name at all
        client.Command("play", 0, 2, AmfValue.Of(5));
        studio.Settle();

        Assert.Equal(
            ["NetStream.Publish.BadName", "NetStream.Play.StreamNotFound", "NetStream.Publish.BadName", "NetStream.Play.StreamNotFound"],
            client.Codes.Skip(1));
    }

    [Fact]
    [Requirement("RTMP-3.11")]
    public void Names_of_sixty_thousand_bytes_are_refused_and_not_repeated()
    {
        var studio = Open();
        var client = studio.Join();
        foreach (var name in (string[])[new('a', 60_000), "cam?key=" + new string('%', 60_000), new('\u00e9', 30_000)])
        {
            client.Publish(name);
            client.Play(name);
            client.Command("FCPublish", 0, 0, AmfValue.Of(name));
            client.Command(name, 50, 0);
        }

        studio.Settle();
        Assert.False(client.Finished);
        Assert.All(client.Messages, m => Assert.InRange(m.Body.Length, 0, 1000));
        Assert.Contains("NetStream.Publish.BadName", client.Codes);
    }
}
