using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>Tells a transport's user what is over, on a thread that others depend on: what the user throws ends that one transport. Never throws.</summary>
internal static class Completion
{
    /// <summary>Tells of both directions, of the second whatever became of the first.</summary>
    /// <param name="transport">Whose they are.</param>
    /// <param name="events">Its user.</param>
    /// <param name="received">Pending when there is nothing to tell.</param>
    /// <param name="sent">Pending when there is nothing to tell.</param>
    public static void Tell(ITransport transport, ITransportEvents events, IoResult received, IoResult sent)
    {
        if (received.Status != IoStatus.Pending)
        {
            try
            {
                events.ReceiveCompleted(received);
            }
            catch (Exception fault)
            {
                TryFault(transport, events, fault);
            }
        }

        if (sent.Status != IoStatus.Pending)
        {
            try
            {
                events.SendCompleted(sent);
            }
            catch (Exception fault)
            {
                TryFault(transport, events, fault);
            }
        }
    }

    /// <summary>Tells the user of a fault, and closes the transport. False when nobody could be told.</summary>
    public static bool TryFault(ITransport transport, ITransportEvents? events, Exception fault)
    {
        try
        {
            events?.Faulted(fault);
            return events is not null;
        }
        catch (Exception)
        {
            return false; // who should hear of it throws as well
        }
        finally
        {
            transport.Close();
        }
    }
}
