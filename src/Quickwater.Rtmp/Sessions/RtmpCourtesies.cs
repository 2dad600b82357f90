using System.Text;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// What encoders and players send beside the commands that do something; they wait for some of the answers. No specification has them:
/// the answers are those of Flash Media Server, as far as they are true here.
/// </summary>
internal static class RtmpCourtesies
{
    /// <summary>Answers a command; one that nobody knows with an error.</summary>
    /// <param name="link">Where the answer goes.</param>
    /// <param name="hub">Knows which streams are live.</param>
    /// <param name="command">The command.</param>
    /// <param name="locate">What a name means on this connection.</param>
    internal static void Answer(RtmpLink link, Hub hub, in RtmpCommand command, Func<string, StreamAddress?> locate)
    {
        var transaction = command.TransactionId;
        switch (command.Name)
        {
            case "releaseStream" or "_checkbw" or "FCUnsubscribe":
                Acknowledge(link, transaction, null);
                break;
            case "checkBandwidth":
                Acknowledge(link, transaction, null);
                RtmpReplies.Call(link, "onBWDone"); // without figures: nothing was measured
                break;
            case "getStreamLength":
                Acknowledge(link, transaction, 0); // live has no length
                break;
            case "FCPublish":
                Acknowledge(link, transaction, null);
                AnswerPublish(link, hub, Locate(command, locate));
                break;
            case "FCUnpublish":
                Acknowledge(link, transaction, null);
                RtmpReplies.Inform(
                    link, "onFCUnpublish", 0, "NetStream.Unpublish.Success", $"FCUnpublish of {Name(Locate(command, locate))}.");
                break;
            case "FCSubscribe":
                Acknowledge(link, transaction, null);
                AnswerSubscribe(link, hub, Locate(command, locate));
                break;
            case "_result" or "_error" or "onStatus":
                break;
            default:
                if (transaction != 0)
                {
                    RtmpReplies.Error(link, transaction, "NetConnection.Call.Failed", "There is no such method here.");
                }

                break;
        }
    }

    // An encoder that takes this for the answer to publish must not read Start when the name is taken (RTMP-3.7).
    private static void AnswerPublish(RtmpLink link, Hub hub, StreamAddress? address)
    {
        var why = address is null ? Reason.InvalidName : IsLive(hub, address) ? Reason.StreamBusy : Reason.None;
        if (why == Reason.None)
        {
            RtmpReplies.Inform(link, "onFCPublish", 0, "NetStream.Publish.Start", $"FCPublish to {Name(address)}.");
        }
        else
        {
            RtmpReplies.Inform(
                link, "onFCPublish", 0, RtmpReplies.PublishCode(why), $"Cannot publish {Name(address)}: {why.Text()}.", level: "error");
        }
    }

    private static void AnswerSubscribe(RtmpLink link, Hub hub, StreamAddress? address)
    {
        var live = IsLive(hub, address);
        RtmpReplies.Inform(
            link, "onFCSubscribe", 0, live ? "NetStream.Play.Start" : "NetStream.Play.StreamNotFound",
            live ? $"FCSubscribe to {Name(address)}." : $"{Name(address)} is not live.", level: live ? "status" : "error");
    }

    private static bool IsLive(Hub hub, StreamAddress? address) =>
        address is { } known && hub.TryFind(known.Topic, out var topic) && topic.IsLive;

    private static StreamAddress? Locate(in RtmpCommand command, Func<string, StreamAddress?> locate)
    {
        var arguments = command.Arguments;
        return arguments.ReadString(out var text) ? locate(Encoding.UTF8.GetString(text)) : null;
    }

    // A name that cannot be used is not repeated: it may be of any length.
    private static string Name(StreamAddress? address) => address?.Topic ?? "that";

    private static void Acknowledge(RtmpLink link, double transaction, double? value)
    {
        if (transaction != 0)
        {
            RtmpReplies.Result(link, transaction, value);
        }
    }
}
