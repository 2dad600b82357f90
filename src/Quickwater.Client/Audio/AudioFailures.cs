using System.Globalization;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Client;

/// <summary>Why a connection of the audio protocol is over, with the server's words.</summary>
internal static class AudioFailures
{
    // What the server said that another attempt would only hear again.
    private static readonly HashSet<string> s_final = new(
        new[]
        {
            Reason.StreamEnded, Reason.WrongProtocol, Reason.UnsupportedVersion, Reason.MalformedHandshake, Reason.MalformedMessage,
            Reason.UnexpectedMessage, Reason.MessageTooLarge, Reason.ByteRateExceeded, Reason.AccessDenied, Reason.StreamNotFound, Reason.Kicked,
            Reason.InvalidName,
        }.Select(Reasons.Tag),
        StringComparer.Ordinal);

    /// <summary>What a session came to. A station that ended is <see cref="Reason.StreamEnded"/>, however the connection went afterwards.</summary>
    public static ClientFailure Of(Reason why, AudioClientSession? session)
    {
        var said = session?.PeerReason ?? Reason.None;
        if (said == Reason.None || why == Reason.Cancelled)
        {
            return new ClientFailure(why);
        }

        if (said == Reason.StreamEnded && why != Reason.RefusedByPeer)
        {
            return new ClientFailure(Reason.StreamEnded);
        }

        // A later version of the server may have reasons that this one does not know.
        var isKnown = Enum.IsDefined(said);
        var text = session is { PeerText.Length: > 0 } ? session.PeerText : isKnown ? said.Text() : "";
        return new ClientFailure(why, isKnown ? said.Tag() : ((ushort)said).ToString(CultureInfo.InvariantCulture), text);
    }

    /// <summary>Whether another attempt may go better.</summary>
    public static bool CanHeal(ClientFailure failure) =>
        !s_final.Contains(failure.Code) && (failure.Why == Reason.RefusedByPeer || WorkingRun.CanHeal(failure.Why));
}
