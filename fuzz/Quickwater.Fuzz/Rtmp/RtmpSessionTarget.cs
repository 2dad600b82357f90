using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>
/// Whole RTMP sessions: a valid handshake, simple or with digests, and a valid tape behind it, of which most inputs break the tape and some the
/// handshake.
/// </summary>
internal abstract class RtmpSessionTarget : SessionTarget
{
    private const double SimpleShare = 0.8; // digests cost much of an input's time

    /// <summary>What the peer says behind its handshake.</summary>
    protected abstract byte[] Tape { get; }

    /// <summary>What the peer's handshake is, when both sides agree on a scheme.</summary>
    protected abstract byte[] RecordHandshake(HandshakeScheme scheme);

    /// <inheritdoc/>
    protected sealed override SessionTape[] Record() =>
        [.. Enum.GetValues<HandshakeScheme>().Select(scheme => new SessionTape(RecordHandshake(scheme), Tape))];

    /// <inheritdoc/>
    protected sealed override int ChooseForm(Rng rng) =>
        (int)(rng.Chance(SimpleShare) ? HandshakeScheme.Simple : rng.Chance(0.5) ? HandshakeScheme.DigestSchema0 : HandshakeScheme.DigestSchema1);

    /// <summary>What <paramref name="role"/> says in a handshake with a peer that is as ours are here.</summary>
    protected byte[] Record(HandshakeRole role, HandshakeScheme scheme)
    {
        var client = new Handshake(HandshakeRole.Client, World, SessionFeed.Start, clientScheme: scheme);
        var server = new Handshake(HandshakeRole.Server, World, SessionFeed.Start);
        var first = Take(client);
        server.Read(first);
        var answer = Take(server);
        client.Read(answer);
        byte[] said = [.. first, .. Take(client)];
        server.Release();
        return role == HandshakeRole.Client ? said : answer;
    }

    private static byte[] Take(Handshake handshake)
    {
        var batch = new SendBatch();
        batch.Begin(Handshake.TotalBytes);
        handshake.Write(batch);
        var bytes = new byte[batch.Bytes];
        batch.CopyTo(bytes);
        batch.Release();
        return bytes;
    }
}
