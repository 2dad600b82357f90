using System.Security.Cryptography;
using System.Text;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>
/// The digest handshake against a second implementation of its arithmetic, below. That real clients agree with both is shown with FFmpeg and
/// rtmpdump in the interop tests.
/// </summary>
public sealed class HandshakeDigestTests
{
    private const int Packet = Handshake.PacketBytes;
    private static readonly Instant Now = new(7 * TimeSpan.TicksPerSecond);

    public static TheoryData<HandshakeScheme> Schemas => [HandshakeScheme.DigestSchema0, HandshakeScheme.DigestSchema1];

    [Theory]
    [MemberData(nameof(Schemas))]
    [Requirement("RTMP-1.9")]
    public void Both_sides_agree_at_every_split(HandshakeScheme scheme)
    {
        for (var piece = 1; piece <= Handshake.TotalBytes; piece = (piece * 3) + 1)
        {
            var server = Server(strict: true);
            var client = Client(scheme, strict: true);
            for (var round = 0; round < 4; round++)
            {
                Talk(client, server, piece);
                Talk(server, client, piece);
            }

            Assert.Equal((HandshakeState.Complete, scheme, true), (server.State, server.Scheme, server.EchoMatched));
            Assert.Equal((HandshakeState.Complete, scheme, true), (client.State, client.Scheme, client.EchoMatched));
        }
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    [Requirement("RTMP-1.9/digest")]
    public void A_digest_client_is_answered_in_its_layout_and_signed_to(HandshakeScheme scheme)
    {
        var server = Server(strict: true);
        var first = First(scheme, "Genuine Adobe Flash Player 001");

        server.Read([3, .. first]);
        var said = Take(server);
        var own = said[1..(1 + Packet)];
        var signed = said[(1 + Packet)..];

        Assert.Equal(DigestOf(own, At(own, scheme), "Genuine Adobe Flash Media Server 001"), own[At(own, scheme)..][..32]);
        Assert.NotEqual([0, 0, 0, 0], own[4..8]);
        Assert.Equal(Signature(signed, first[At(first, scheme)..][..32], "Genuine Adobe Flash Media Server 001"), signed[^32..]);
        Assert.NotEqual(first[..1504], signed[..1504]);

        byte[] last = [.. ChunkReaderTests.Pattern(1504), .. new byte[32]];
        Signature(last, own[At(own, scheme)..][..32], "Genuine Adobe Flash Player 001").CopyTo(last, 1504);
        server.Read(last);
        Assert.Equal((HandshakeState.Complete, true), (server.State, server.EchoMatched));
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    [Requirement("RTMP-1.2", "RTMP-1.9")]
    public void S1_goes_out_on_C0_and_serves_whatever_C1_turns_out_to_be(HandshakeScheme scheme)
    {
        foreach (var offered in new[] { HandshakeScheme.Simple, scheme })
        {
            var server = Server(strict: true);
            server.Read([3]);
            var own = Take(server)[1..];
            var at = At(own, HandshakeScheme.DigestSchema1);
            Assert.Equal(DigestOf(own, at, "Genuine Adobe Flash Media Server 001"), own[at..][..32]);

            var first = offered == HandshakeScheme.Simple ? new byte[Packet] : First(offered, "Genuine Adobe Flash Player 001");
            server.Read(first);
            var answer = Take(server);

            Assert.Equal(Packet, answer.Length);
            Assert.Equal(offered, server.Scheme);
            var isEcho = answer.AsSpan(8).SequenceEqual(first.AsSpan(8));
            Assert.Equal(offered == HandshakeScheme.Simple, isEcho);
            server.Read(own); // an echo is an answer in both
            Assert.Equal((HandshakeState.Complete, true), (server.State, server.EchoMatched));
        }
    }

    [Fact]
    [Requirement("RTMP-1.9/simple")]
    public void A_simple_client_gets_the_zero_of_the_specification_as_soon_as_its_own_is_there()
    {
        var server = Server();
        server.Read([3, 1, 2, 3, 4, 0, 0, 0, 0]);
        var own = Take(server)[1..];

        server.Read(new byte[Packet - 8]);
        Take(server);

        Assert.Equal([0, 0, 0, 0], own[4..8]);
        Assert.Equal(HandshakeScheme.Simple, server.Scheme);
        server.Release();
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    [Requirement("RTMP-1.9")]
    public void A_first_packet_whose_digest_is_wrong_is_a_simple_one(HandshakeScheme scheme)
    {
        var first = First(scheme, "Genuine Adobe Flash Player 001");
        foreach (var wrong in new[] { 0, 7, 1535, At(first, scheme), At(first, scheme) + 31 })
        {
            var broken = (byte[])first.Clone();
            broken[wrong] ^= 1;
            var server = Server();
            server.Read([3, .. broken]);

            Assert.Equal(HandshakeScheme.Simple, server.Scheme);
            Assert.Equal(broken[8..], Take(server)[(1 + Packet + 8)..]);
            server.Release();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1503)]
    [InlineData(1504)]
    [InlineData(1535)]
    [Requirement("RTMP-1.4", "RTMP-1.9")]
    public void A_wrong_signature_is_noted_and_refused_only_when_strict(int wrong)
    {
        foreach (var strict in new[] { false, true })
        {
            var server = Server(strict);
            var client = Client(HandshakeScheme.DigestSchema1);
            Talk(client, server, Packet);
            var last = Take(client);
            last[wrong] ^= 1;

            server.Read(last);

            Assert.Equal(strict ? HandshakeState.Failed : HandshakeState.Complete, server.State);
            Assert.Equal(strict ? Reason.MalformedHandshake : Reason.None, server.Failure);
            Assert.False(server.EchoMatched);
        }
    }

    [Fact]
    [Requirement("RTMP-1.9")]
    public void A_client_refuses_a_server_whose_signature_is_not_that_of_its_digest()
    {
        var server = Server();
        var client = Client(HandshakeScheme.DigestSchema0);
        server.Read(Take(client));
        var said = Take(server);
        said[^1] ^= 1;

        client.Read(said);

        Assert.Equal((HandshakeState.Failed, Reason.MalformedHandshake), (client.State, client.Failure));
        server.Release();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(13)]
    [Requirement("RTMP-1.9")]
    public void A_client_that_offers_digests_takes_a_server_that_has_none(byte version)
    {
        var client = Client(HandshakeScheme.DigestSchema1);
        var first = Take(client)[1..];
        var own = ChunkReaderTests.Pattern(Packet);
        own[4] = own[5] = own[6] = own[7] = version;

        client.Read([3, .. own, .. first]);

        Assert.Equal((HandshakeState.Complete, HandshakeScheme.Simple, true), (client.State, client.Scheme, client.EchoMatched));
        Assert.Equal(own[8..], Take(client)[8..]);
    }

    private static Handshake Server(bool strict = false) => new(HandshakeRole.Server, new SeededEntropy(1), Now, strict);

    private static Handshake Client(HandshakeScheme scheme, bool strict = false) =>
        new(HandshakeRole.Client, new SeededEntropy(2), Now, strict, scheme);

    // In pieces, and what the listener has to say is taken after each, as early as a connection would.
    private static void Talk(Handshake from, Handshake to, int piece)
    {
        var early = new List<byte>();
        var bytes = Take(from);
        for (var at = 0; at < bytes.Length; at += piece)
        {
            to.Read(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
            early.AddRange(Take(to));
        }

        from.Read([.. early]);
    }

    private static byte[] Take(Handshake handshake)
    {
        var batch = new SendBatch();
        batch.Begin(65_536);
        handshake.Write(batch);
        var bytes = new byte[batch.Bytes];
        batch.CopyTo(bytes);
        batch.Release();
        return bytes;
    }

    private static byte[] First(HandshakeScheme scheme, string name)
    {
        var packet = ChunkReaderTests.Pattern(Packet);
        packet[4] = 10;
        var at = At(packet, scheme);
        DigestOf(packet, at, name).CopyTo(packet, at);
        return packet;
    }

    private static int At(byte[] packet, HandshakeScheme scheme)
    {
        var block = scheme == HandshakeScheme.DigestSchema1 ? 8 : 772;
        return block + 4 + (packet[block..(block + 4)].Sum(b => b) % 728);
    }

    private static byte[] DigestOf(byte[] packet, int at, string name) =>
        HMACSHA256.HashData(Encoding.ASCII.GetBytes(name), packet[..at].Concat(packet[(at + 32)..]).ToArray());

    private static byte[] Signature(byte[] packet, byte[] digest, string name)
    {
        var constant = Convert.FromHexString("F0EEC24A8068BEE82E00D0D1029E7E576EEC5D2D29806FAB93B8E636CFEB31AE");
        var key = HMACSHA256.HashData(Encoding.ASCII.GetBytes(name).Concat(constant).ToArray(), digest);
        return HMACSHA256.HashData(key, packet[..1504]);
    }
}
