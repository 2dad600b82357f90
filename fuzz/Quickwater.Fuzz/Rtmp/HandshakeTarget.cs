using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>A handshake's bytes, to a server and to a client, strict or not.</summary>
internal sealed class HandshakeTarget : FuzzTarget
{
    private readonly World _world = new();
    private readonly byte[] _client;

    public HandshakeTarget()
    {
        var client = new Handshake(HandshakeRole.Client, _world, SessionFeed.Start, clientScheme: HandshakeScheme.DigestSchema1);
        _client = new byte[Handshake.TotalBytes];
        var batch = new SendBatch();
        batch.Begin(Handshake.TotalBytes);
        client.Write(batch);
        batch.CopyTo(_client.AsSpan(0, batch.Bytes));
        batch.Release();
        client.Release();
    }

    /// <inheritdoc/>
    public override string Name => "rtmp-handshake";

    /// <inheritdoc/>
    public override string Description => "handshake of both sides, in pieces";

    /// <inheritdoc/>
    public override int InputsInCi => 30_000;

    /// <inheritdoc/>
    public override FuzzOutcome Run(Rng rng)
    {
        var input = Mutator.Mutate(rng, _client);
        var role = rng.Chance(0.5) ? HandshakeRole.Server : HandshakeRole.Client;
        var side = new Handshake(role, _world, SessionFeed.Start, rng.Chance(0.5), (HandshakeScheme)rng.Below(3));
        var batch = new SendBatch();
        var sent = 0;
        for (var at = 0; at < input.Length && side.State < HandshakeState.Complete;)
        {
            var piece = input.AsSpan(at, Math.Min(1 + rng.Below(2000), input.Length - at));
            var taken = side.Read(piece);
            Check(taken == piece.Length || side.State >= HandshakeState.Complete, "it left bytes and waits for more");
            at += taken;
            batch.Begin(1);
            side.Write(batch);
            sent += batch.Bytes;
            batch.Release();
            Check(!side.HasOutput, "it kept output back");
            if (taken == 0)
            {
                break;
            }
        }

        Check(sent <= Handshake.TotalBytes, $"it sent {sent} bytes");
        Check(side.State != HandshakeState.Failed || side.Failure != Reason.None, "it failed without a reason");
        var complete = side.State == HandshakeState.Complete;
        side.Release();
        return new FuzzOutcome(side.Failure, complete);
    }
}
