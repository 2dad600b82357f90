using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Quickwater.Rtmp;

// C1 and S1 of the digest handshake. No specification has it; every implementation since Flash Player 9 agrees on it:
//
//  schema 0   |time:32|version:32| key block, 764 bytes | digest block, 764 bytes |
//  schema 1   |time:32|version:32| digest block, 764 bytes | key block, 764 bytes |
//
//  digest block   |o:8 x 4| random, n bytes | digest, 32 bytes | random |         n = (sum of the four o) mod 728
//  key block      | random, n bytes | key, 128 bytes | random |o:8 x 4|            n = (sum of the four o) mod 632; unused without encryption
//
//  digest = HMAC-SHA256(name of the writer's side, the packet without the digest's 32 bytes)
//
// C2 and S2:
//
//  | random, 1504 bytes | signature, 32 bytes |
//
//  signature = HMAC-SHA256(HMAC-SHA256(name of the writer's side and the constant, the peer's digest), the random bytes)

/// <summary>The digests of the digest handshake: where they stand, and making and checking them. Pure functions.</summary>
internal static class HandshakeDigest
{
    /// <summary>Bytes of a digest or signature.</summary>
    public const int Bytes = 32;

    private const int BlocksOffset = 8;
    private const int BlockBytes = 764;
    private const int OffsetBytes = 4;
    private const int PlacesInBlock = BlockBytes - OffsetBytes - Bytes;
    private const int SignedBytes = Handshake.PacketBytes - Bytes;

    // Neither is zero, which would say "no digest". Clients take a server's digest for one from version 3 on.
    private const uint ServerVersion = 0x04050001;
    private const uint ClientVersion = 0x09007C02;

    private static readonly byte[] Constant =
    [
        0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0, 0xD1, 0x02, 0x9E, 0x7E, 0x57,
        0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80, 0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE,
    ];

    private static readonly byte[] ClientKey = [.. "Genuine Adobe Flash Player 001"u8, .. Constant];
    private static readonly byte[] ServerKey = [.. "Genuine Adobe Flash Media Server 001"u8, .. Constant];

    /// <summary>Writes version and digest into a C1 or S1 whose other bytes are final.</summary>
    public static void Seal(Span<byte> packet, HandshakeScheme scheme, HandshakeRole writer)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], writer == HandshakeRole.Server ? ServerVersion : ClientVersion);
        var at = Locate(packet, scheme);
        Compute(packet, at, writer, packet.Slice(at, Bytes));
    }

    /// <summary>The digest of a sealed C1 or S1.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> packet, HandshakeScheme scheme) => packet.Slice(Locate(packet, scheme), Bytes);

    /// <summary>
    /// The layout in which a C1 or S1 has a valid digest; <see cref="HandshakeScheme.Simple"/> when it has none. A version of zero is the
    /// specification's, and says that there is none.
    /// </summary>
    public static HandshakeScheme Find(ReadOnlySpan<byte> packet, HandshakeRole writer)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(packet[4..]) == 0)
        {
            return HandshakeScheme.Simple;
        }

        return IsSealed(packet, HandshakeScheme.DigestSchema0, writer) ? HandshakeScheme.DigestSchema0
            : IsSealed(packet, HandshakeScheme.DigestSchema1, writer) ? HandshakeScheme.DigestSchema1
            : HandshakeScheme.Simple;
    }

    /// <summary>Signs a C2 or S2, whose other bytes are final, as the answer to the peer's digest.</summary>
    public static void Sign(Span<byte> packet, ReadOnlySpan<byte> peerDigest, HandshakeRole writer) =>
        ComputeSignature(packet, peerDigest, writer, packet[SignedBytes..]);

    /// <summary>Whether a C2 or S2 is the peer's answer to our digest.</summary>
    public static bool IsSigned(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> ownDigest, HandshakeRole writer)
    {
        Span<byte> expected = stackalloc byte[Bytes];
        ComputeSignature(packet, ownDigest, writer, expected);
        return packet[SignedBytes..].SequenceEqual(expected);
    }

    private static bool IsSealed(ReadOnlySpan<byte> packet, HandshakeScheme scheme, HandshakeRole writer)
    {
        var at = Locate(packet, scheme);
        Span<byte> expected = stackalloc byte[Bytes];
        Compute(packet, at, writer, expected);
        return packet.Slice(at, Bytes).SequenceEqual(expected);
    }

    private static int Locate(ReadOnlySpan<byte> packet, HandshakeScheme scheme)
    {
        var block = BlocksOffset + (scheme == HandshakeScheme.DigestSchema0 ? BlockBytes : 0);
        var sum = packet[block] + packet[block + 1] + packet[block + 2] + packet[block + 3];
        return block + OffsetBytes + (sum % PlacesInBlock);
    }

    private static void Compute(ReadOnlySpan<byte> packet, int at, HandshakeRole writer, Span<byte> digest)
    {
        Span<byte> rest = stackalloc byte[SignedBytes];
        packet[..at].CopyTo(rest);
        packet[(at + Bytes)..].CopyTo(rest[at..]);
        var key = Key(writer);
        HMACSHA256.HashData(key[..^Constant.Length], rest, digest);
    }

    private static void ComputeSignature(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> digest, HandshakeRole writer, Span<byte> signature)
    {
        Span<byte> key = stackalloc byte[Bytes];
        HMACSHA256.HashData(Key(writer), digest, key);
        HMACSHA256.HashData(key, packet[..SignedBytes], signature);
    }

    private static ReadOnlySpan<byte> Key(HandshakeRole writer) => writer == HandshakeRole.Server ? ServerKey : ClientKey;
}
