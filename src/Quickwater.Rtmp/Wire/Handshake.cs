using System.Buffers;
using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Rtmp;

// Each side sends three packets (RTMP 1.0, 5.2):
//
//  C0, S0   |version:8|                                     3
//  C1, S1   |time:32|zero:32|random: 1528 bytes|
//  C2, S2   |time:32|time2:32|random: 1528 bytes|           the peer's packet as it came
//
// 5.2.4 has time2 as the time at which the peer's packet was read. Nobody uses it, and librtmp, which is in OBS, compares all 1536 bytes with
// what it sent and logs "client signature does not match!" when one differs: so the echo is whole, as other servers' is.
//
//  client   C0 C1 ───────► ......... C2 ───────►
//  server   ......... S0 S1 ───────► S2 ───────►
//
// S0 and S1 go out as soon as C0 is there (5.2.1 allows it), so a client that waits for them before it sends C1 is served too.
//
// The digest handshake (HandshakeDigest.cs) has a version where the zero is, a digest among the random bytes, and signatures instead of
// echoes. What S1 is made as depends on how much of C1 is there when it has to go:
//
//  all of it                     as C1 is: simple, or a digest in the same layout
//  its zero, at the least        simple
//  less, or a version            a digest in schema 1: clients look in both places, or in that one, and a simple client takes it for random
//
// S2 signs when C1 and S1 have digests, and else it echoes. docs/adr/0012 says why.

/// <summary>
/// The handshake, simple or with digests, for either side: bytes in through <see cref="Read"/>, bytes out through <see cref="Write"/>. The
/// deadline (<see cref="RtmpLimits.HandshakeTimeout"/>) is its session's. Not thread-safe.
/// </summary>
public sealed class Handshake
{
    /// <summary>The version spoken.</summary>
    public const byte Version = 3;

    /// <summary>Bytes of the first and of the second packet of random data.</summary>
    public const int PacketBytes = 1536;

    /// <summary>Bytes that each side sends in all.</summary>
    public const int TotalBytes = 1 + (2 * PacketBytes);

    private const int FirstPrintable = 0x20;
    private const byte TlsHandshake = 0x16;
    private const int TimesBytes = 8;

    private readonly HandshakeRole _role;
    private readonly bool _strict;
    private readonly IEntropy _entropy;

    private byte[] _packets = [];
    private HandshakeScheme? _ownScheme; // null until our first packet is final
    private int _received; // of the peer's packet under way
    private int _written;
    private bool _echoMatched;

    /// <summary>Makes one side of a handshake.</summary>
    /// <param name="role">Which side.</param>
    /// <param name="entropy">Where random bytes come from.</param>
    /// <param name="now">When the connection opened: the time in the own packet.</param>
    /// <param name="strict">
    /// Whether a peer that does not answer our packet, by echo or signature, is refused. Several real clients do not, so tolerance is the
    /// default. A server that has signed its first packet and not its second is always refused: no real one does that.
    /// </param>
    /// <param name="clientScheme">What a client offers; a server answers what it is offered.</param>
    public Handshake(
        HandshakeRole role, IEntropy entropy, Instant now, bool strict = false, HandshakeScheme clientScheme = HandshakeScheme.Simple)
    {
        _role = role;
        _strict = strict;
        _entropy = entropy;
        _packets = ArrayPool<byte>.Shared.Rent(3 * PacketBytes);
        WriteTime(Own, now);
        entropy.Fill(Own[TimesBytes..]);
        if (role == HandshakeRole.Client)
        {
            Seal(clientScheme);
        }
    }

    /// <summary>Where it stands.</summary>
    public HandshakeState State { get; private set; }

    /// <summary>
    /// Why it failed: <see cref="Reason.WrongProtocol"/> when the first byte is that of HTTP or another text, or of TLS;
    /// <see cref="Reason.UnsupportedVersion"/>; <see cref="Reason.MalformedHandshake"/> for a wrong answer to our packet, when that is refused.
    /// </summary>
    public Reason Failure { get; private set; }

    /// <summary>What both sides speak: a digest layout, the client's, when both sent digests. Meaningful once the peer's first packet was read.</summary>
    public HandshakeScheme Scheme { get; private set; }

    /// <summary>
    /// Whether the peer's last packet answered our first: our time and random bytes, or the right signature. Meaningful once
    /// <see cref="HandshakeState.Complete"/>.
    /// </summary>
    public bool EchoMatched => State == HandshakeState.Complete && _echoMatched;

    /// <summary>Whether <see cref="Write"/> has something to write.</summary>
    public bool HasOutput => _written < Due;

    // C1 or S1 as we send it; C2 or S2 as we send it; the peer's packet as it arrives.
    private Span<byte> Own => _packets.AsSpan(0, PacketBytes);

    private Span<byte> Answer => _packets.AsSpan(PacketBytes, PacketBytes);

    private Span<byte> Theirs => _packets.AsSpan(2 * PacketBytes, PacketBytes);

    private HandshakeRole Peer => _role == HandshakeRole.Server ? HandshakeRole.Client : HandshakeRole.Server;

    // How many of our bytes may be on the wire in this state.
    private int Due => State switch
    {
        HandshakeState.WaitingC0 => _role == HandshakeRole.Client ? 1 + PacketBytes : 0,
        HandshakeState.WaitingC1 => 1 + PacketBytes,
        HandshakeState.WaitingC2 or HandshakeState.Complete => TotalBytes,
        _ => 0,
    };

    /// <summary>Takes received bytes and returns how many belong to the handshake; the rest are chunks.</summary>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && State < HandshakeState.Complete)
        {
            if (State == HandshakeState.WaitingC0)
            {
                at += ReadVersion(bytes[at]);
                continue;
            }

            var piece = bytes.Slice(at, Math.Min(bytes.Length - at, PacketBytes - _received));
            piece.CopyTo(Theirs[_received..]);
            at += piece.Length;
            _received += piece.Length;
            if (_received == PacketBytes)
            {
                _received = 0;
                if (State == HandshakeState.WaitingC1)
                {
                    TakeFirst();
                }
                else
                {
                    TakeAnswer();
                }
            }
        }

        return at;
    }

    /// <summary>Writes what is due into a batch. It is small, and written whole whatever the batch's room.</summary>
    public void Write(SendBatch batch)
    {
        if (!HasOutput)
        {
            return;
        }

        if (_written == 0)
        {
            var simple = _received >= TimesBytes && BinaryPrimitives.ReadUInt32BigEndian(Theirs[4..]) == 0;
            Seal(simple ? HandshakeScheme.Simple : HandshakeScheme.DigestSchema1);
            batch.Write([Version]);
            batch.Write(Own);
            _written = 1 + PacketBytes;
        }

        if (Due == TotalBytes)
        {
            batch.Write(Answer);
            _written = TotalBytes;
            ReleaseIfDone();
        }
    }

    /// <summary>Gives its memory back. Not needed after it is complete and its output written; may be called again.</summary>
    public void Release()
    {
        if (State != HandshakeState.Complete)
        {
            State = HandshakeState.Failed;
        }

        if (_packets.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_packets);
            _packets = [];
        }

        _written = TotalBytes;
    }

    // Versions from 32 on are forbidden so that text protocols can be told by their first byte (5.2.2).
    private int ReadVersion(byte version)
    {
        if (version == Version)
        {
            State = HandshakeState.WaitingC1;
            return 1;
        }

        Fail(version is >= FirstPrintable or TlsHandshake ? Reason.WrongProtocol : Reason.UnsupportedVersion);
        return 0;
    }

    // Their first packet is whole: decides what both speak, and makes our answer.
    private void TakeFirst()
    {
        var offered = HandshakeDigest.Find(Theirs, Peer);
        Seal(offered);
        if (offered != HandshakeScheme.Simple && _ownScheme != HandshakeScheme.Simple)
        {
            Scheme = _role == HandshakeRole.Client && _ownScheme is { } own ? own : offered;
            _entropy.Fill(Answer);
            HandshakeDigest.Sign(Answer, HandshakeDigest.Of(Theirs, offered), _role);
        }
        else
        {
            Theirs.CopyTo(Answer);
        }

        State = HandshakeState.WaitingC2;
    }

    // All but bytes 4 to 7 of an echo, the time at which the peer read ours. With digests it signs, but some clients echo all the same.
    private void TakeAnswer()
    {
        _echoMatched = Theirs[..4].SequenceEqual(Own[..4]) && Theirs[TimesBytes..].SequenceEqual(Own[TimesBytes..]);
        if (Scheme != HandshakeScheme.Simple && !_echoMatched && _ownScheme is { } own)
        {
            _echoMatched = HandshakeDigest.IsSigned(Theirs, HandshakeDigest.Of(Own, own), Peer);
        }

        if (!_echoMatched && (_strict || (_role == HandshakeRole.Client && Scheme != HandshakeScheme.Simple)))
        {
            Fail(Reason.MalformedHandshake);
            return;
        }

        State = HandshakeState.Complete;
        ReleaseIfDone();
    }

    // Makes our first packet final, once.
    private void Seal(HandshakeScheme scheme)
    {
        if (_ownScheme is not null)
        {
            return;
        }

        _ownScheme = scheme;
        if (scheme == HandshakeScheme.Simple)
        {
            Own.Slice(4, 4).Clear();
        }
        else
        {
            HandshakeDigest.Seal(Own, scheme, _role);
        }
    }

    private void ReleaseIfDone()
    {
        if (State == HandshakeState.Complete && _written == TotalBytes)
        {
            Release();
        }
    }

    private void Fail(Reason why)
    {
        Failure = why;
        State = HandshakeState.Failed;
        Release();
    }

    private static void WriteTime(Span<byte> destination, Instant now) =>
        BinaryPrimitives.WriteUInt32BigEndian(destination, unchecked((uint)(now.Ticks / TimeSpan.TicksPerMillisecond)));
}
