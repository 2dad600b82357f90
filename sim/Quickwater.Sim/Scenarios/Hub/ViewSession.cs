using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>The server's side of a viewer: a subscription that is pulled.</summary>
internal sealed class ViewSession : ISession
{
    private readonly World _world;
    private readonly Rng _rng;
    private readonly bool _endsWithStream;
    private readonly bool _selects;
    private bool _draining;

    private ViewSession(World world, Subscription? subscription, Reason refused, Instant now)
    {
        _world = world;
        _rng = world.Rng.Fork();
        _endsWithStream = _rng.Chance(0.3);
        _selects = _rng.Chance(0.2);
        Subscription = subscription;
        Ended = refused;
        Deadline = _selects ? now + _rng.UpTo(TimeSpan.FromSeconds(10)) : Instant.Never;
    }

    public Instant Deadline { get; private set; }

    public Reason Ended { get; private set; }

    /// <summary>Its place in the topic.</summary>
    internal Subscription? Subscription { get; }

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now) => ReceiveResult.NeedMore(bytes.Length);

    public void PeerFinished(Instant now) => End(Reason.PeerClosed);

    public bool Transmit(SendBatch batch, Instant now)
    {
        while (Ended == Reason.None && Subscription is not null)
        {
            switch (Subscription.Fill(batch, now))
            {
                case FillStatus.CaughtUp:
                    _world.Require(Subscription.Finish(batch), "a viewer that has caught up has no frame cut in two");
                    if (_draining)
                    {
                        End(Reason.Drained);
                    }

                    return false;
                case FillStatus.More:
                    return true;
                case FillStatus.StreamStarted:
                    _world.Marks.Hit("stream-resumed");
                    break;
                case FillStatus.StreamEnded:
                    if (_endsWithStream)
                    {
                        End(Reason.StreamEnded);
                    }

                    break;
                default:
                    End(Subscription.Ended);
                    break;
            }
        }

        return false;
    }

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
        if (Deadline > now)
        {
            return;
        }

        Subscription?.Select(_rng.Chance(0.6), _rng.Chance(0.6));
        Deadline = now + _rng.UpTo(TimeSpan.FromSeconds(10));
    }

    public void Handle(in Command command, Instant now)
    {
        if (command.Kind == CommandKind.Drain)
        {
            _draining = true;
        }
        else
        {
            End(command.Reason);
        }
    }

    public void Close(Reason why, Instant now)
    {
        End(why);
        Subscription?.Dispose();
    }

    private void End(Reason why)
    {
        if (Ended == Reason.None)
        {
            Ended = why;
            Deadline = Instant.Never;
        }
    }

    internal sealed class Factory(World world, Media.Hub hub, string topic, SubscribeOptions options, uint? number) : ISessionFactory
    {
        public string Protocol => "view";

        public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now)
        {
            var refused = hub.Subscribe(
                topic, SimWireForm.Instance, options, mailbox, now, out var subscription, number, SimWireForm.ViewerOffset);
            return new ViewSession(world, subscription, refused, now);
        }
    }
}
