using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Fuzz;

/// <summary>
/// Whole RTMP sessions: a valid handshake, simple or with digests, and a valid tape behind it, of which most inputs break the tape and some the
/// handshake.
/// </summary>
internal abstract class RtmpSessionTarget : FuzzTarget
{
    private const double SimpleShare = 0.8; // digests cost much of an input's time
    private const double BrokenHandshakeShare = 0.1;
    private const long AllocatedBytesMax = 2 * 1024 * 1024;

    private readonly Lazy<byte[][]> _valid;

    protected RtmpSessionTarget() => _valid = new Lazy<byte[][]>(() =>
    [
        [.. RecordHandshake(HandshakeScheme.Simple), .. Tape], [.. RecordHandshake(HandshakeScheme.DigestSchema0), .. Tape],
        [.. RecordHandshake(HandshakeScheme.DigestSchema1), .. Tape],
    ]);

    /// <inheritdoc/>
    public override bool IsSession => true;

    protected World World { get; } = new();

    /// <summary>What the peer says behind its handshake.</summary>
    protected abstract byte[] Tape { get; }

    /// <summary>What the peer's handshake is, when both sides agree on a scheme.</summary>
    protected abstract byte[] RecordHandshake(HandshakeScheme scheme);

    /// <inheritdoc/>
    public override FuzzOutcome Run(Rng rng)
    {
        var scheme = rng.Chance(SimpleShare) ? HandshakeScheme.Simple : rng.Chance(0.5) ? HandshakeScheme.DigestSchema0 : HandshakeScheme.DigestSchema1;
        var input = Mutator.Mutate(rng, _valid.Value[(int)scheme], rng.Chance(BrokenHandshakeShare) ? 0 : Handshake.TotalBytes);
        return RunChecked(rng, scheme, input);
    }

    /// <summary>Plays a valid session as it is: what it must not be refused for.</summary>
    internal FuzzOutcome RunUnbroken(Rng rng, HandshakeScheme scheme) => RunChecked(rng, scheme, _valid.Value[(int)scheme]);

    private FuzzOutcome RunChecked(Rng rng, HandshakeScheme scheme, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = Play(rng, scheme, input);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Check(allocated <= AllocatedBytesMax, $"it allocated {allocated} bytes for {input.Length} received");
        Check(World.IsEmpty, $"something is left: {World.Engine.Leaks.Read()}, {World.Hub.Topics.Count} topics, {World.Hub.PublisherCount} publishers");
        return outcome;
    }

    protected abstract FuzzOutcome Play(Rng rng, HandshakeScheme scheme, byte[] input);

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
