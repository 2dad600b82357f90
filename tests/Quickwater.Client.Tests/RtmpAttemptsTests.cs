using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Client.Tests;

public sealed class RtmpAttemptsTests
{
    [Theory]
    [InlineData(Reason.ConnectionRefused, "", true)]
    [InlineData(Reason.HostNotFound, "", true)]
    [InlineData(Reason.ConnectionReset, "", true)]
    [InlineData(Reason.PeerClosed, "NetConnection.Connect.Closed", true)]
    [InlineData(Reason.HandshakeTimeout, "", true)]
    [InlineData(Reason.IdleTimeout, "", true)]
    [InlineData(Reason.RefusedByPeer, "NetStream.Publish.BadName", true)]
    [InlineData(Reason.RefusedByPeer, "NetStream.Play.StreamNotFound", true)]
    [InlineData(Reason.RefusedByPeer, "NetStream.Publish.Denied", false)]
    [InlineData(Reason.RefusedByPeer, "NetConnection.Connect.InvalidApp", false)]
    [InlineData(Reason.RefusedByPeer, "NetConnection.Connect.Rejected", false)]
    [InlineData(Reason.WrongProtocol, "", false)]
    [InlineData(Reason.MalformedHandshake, "", false)]
    [InlineData(Reason.PermissionDenied, "", false)]
    [InlineData(Reason.Completed, "", false)]
    [InlineData(Reason.LocalFault, "", false)]
    public void What_can_heal_is_tried_again_and_nothing_else(Reason why, string code, bool canHeal) =>
        Assert.Equal(canHeal, RtmpAttempts.CanHeal(new ClientFailure(why, code)));

    [Theory]
    [InlineData("rtmp://other:1936/app", "other", 1936, "app", "cam?key=k")]
    [InlineData("rtmp://other/app/", "other", 1935, "app", "cam?key=k")]
    [InlineData("rtmp://other/app/name", "other", 1935, "app", "name")]
    public void A_redirect_names_another_server_and_application(string url, string host, int port, string application, string stream)
    {
        Assert.True(RtmpClientOptions.TryParse("rtmp://first/live/cam?key=k", out _, out _, out var first) && first is not null);
        Assert.True(RtmpAttempts.TryRedirect(url, first, out var toHost, out var toPort, out var to));

        Assert.Equal((host, port, application, stream), (toHost, toPort, to.Application, to.Stream));
        Assert.StartsWith($"rtmp://{host}", to.TcUrl, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://other/app")]
    [InlineData("rtmp:///app")]
    [InlineData("nonsense")]
    public void A_redirect_to_nowhere_is_not_followed(string url)
    {
        Assert.True(RtmpClientOptions.TryParse("rtmp://first/live/cam", out _, out _, out var first) && first is not null);
        Assert.False(RtmpAttempts.TryRedirect(url, first, out _, out _, out _));
    }
}
