using System.Buffers.Binary;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class HandshakeTests
{
    private static readonly Instant Opened = new(7 * TimeSpan.TicksPerSecond);

    [Fact]
    [Requirement("RTMP-1.2", "RTMP-1.3", "RTMP-1.4", "RTMP-1.7/states")]
    [Requirement("RTMP-21.8/handshake")]
    public void Server_and_client_complete_at_every_split()
    {
        for (var piece = 1; piece <= Handshake.TotalBytes; piece = (piece * 3) + 1)
        {
            var server = Make(HandshakeRole.Server);
            var client = Make(HandshakeRole.Client);
            for (var round = 0; round < 4; round++)
            {
                FeedInPieces(server, Take(client), piece);
                FeedInPieces(client, Take(server), piece);
            }

            Assert.Equal(HandshakeState.Complete, server.State);
            Assert.Equal(HandshakeState.Complete, client.State);
            Assert.True(server.EchoMatched);
            Assert.True(client.EchoMatched);
            Assert.False(server.HasOutput);
            Assert.False(client.HasOutput);
        }
    }

    [Fact]
    [Requirement("RTMP-1.2")]
    public void The_version_alone_is_answered_by_version_and_random_bytes()
    {
        var server = Make(HandshakeRole.Server);
        Assert.False(server.HasOutput);
        Assert.Equal(HandshakeState.WaitingC0, server.State);

        Assert.Equal(1, server.Read([3]));

        var answer = Take(server);
        Assert.Equal(HandshakeState.WaitingC1, server.State);
        Assert.Equal(1 + Handshake.PacketBytes, answer.Length);
        Assert.Equal(3, answer[0]);
        Assert.Equal(7000u, BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(1)));
        server.Release();
    }

    [Fact]
    [Requirement("RTMP-1.7/random")]
    public void The_random_bytes_come_from_the_entropy_given()
    {
        var expected = new byte[1528];
        new SeededEntropy(5).Fill(expected);
        var server = new Handshake(HandshakeRole.Server, new SeededEntropy(5), Opened);

        server.Read([3, 0, 0, 0, 0, 0, 0, 0, 0]); // of a simple client, so that no digest stands among them

        Assert.Equal(expected, Take(server)[9..]);
        server.Release();
    }

    [Fact]
    [Requirement("RTMP-1.3")]
    public void The_echo_is_the_peers_packet_as_it_came()
    {
        var server = Make(HandshakeRole.Server);
        var packet = ChunkReaderTests.Pattern(Handshake.PacketBytes);

        server.Read([3, .. packet]);
        var echo = Take(server)[(1 + Handshake.PacketBytes)..];

        Assert.Equal(packet, echo); // librtmp compares all of it
        Assert.Equal(HandshakeState.WaitingC2, server.State);
        server.Release();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(3, false)]
    [InlineData(4, true)] // bytes 4 to 7 are the peer's own time
    [InlineData(7, true)]
    [InlineData(8, false)]
    [InlineData(1535, false)]
    [Requirement("RTMP-1.4/verified")]
    [Requirement("RTMP-21.8/handshake")]
    public void A_wrong_echo_is_noted_and_refused_only_when_strict(int wrongByte, bool matches)
    {
        foreach (var strict in new[] { false, true })
        {
            foreach (var piece in new[] { 1, 5, 1536 })
            {
                var server = Make(HandshakeRole.Server, strict);
                server.Read([3, .. new byte[Handshake.PacketBytes]]);
                var echo = Take(server)[1..(1 + Handshake.PacketBytes)];
                echo[wrongByte] ^= 0x40;

                FeedInPieces(server, echo, piece);

                Assert.Equal(matches || !strict ? HandshakeState.Complete : HandshakeState.Failed, server.State);
                Assert.Equal(matches || !strict ? Reason.None : Reason.MalformedHandshake, server.Failure);
                Assert.Equal(matches, server.EchoMatched);
            }
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n", Reason.WrongProtocol)]
    [InlineData("POST /x", Reason.WrongProtocol)]
    [InlineData("SSH-2.0", Reason.WrongProtocol)]
    [InlineData("\u0016\u0003\u0001", Reason.WrongProtocol)]
    [InlineData("\u0000", Reason.UnsupportedVersion)]
    [InlineData("\u0006", Reason.UnsupportedVersion)]
    [InlineData("\u001f", Reason.UnsupportedVersion)]
    [Requirement("RTMP-1.10/refused", "RTMP-1.5")]
    [Requirement("RTMP-21.8/handshake")]
    public void Another_protocol_or_version_is_refused_by_its_first_byte(string first, Reason why)
    {
        foreach (var role in new[] { HandshakeRole.Server, HandshakeRole.Client })
        {
            var handshake = Make(role);

            Assert.Equal(0, handshake.Read(first.Select(c => (byte)c).ToArray()));

            Assert.Equal(HandshakeState.Failed, handshake.State);
            Assert.Equal(why, handshake.Failure);
            Assert.False(handshake.HasOutput);
            Assert.Empty(Take(handshake));
        }
    }

    [Fact]
    public void What_follows_the_echo_is_left_for_the_chunk_reader()
    {
        var server = Make(HandshakeRole.Server);

        var consumed = server.Read(new byte[] { 3 }.Concat(new byte[Handshake.PacketBytes * 2]).Concat("chunks"u8.ToArray()).ToArray());

        Assert.Equal(Handshake.TotalBytes, consumed);
        Assert.Equal(HandshakeState.Complete, server.State);
        Assert.Equal(Handshake.TotalBytes, Take(server).Length);
        Assert.Equal(0, server.Read("more"u8));
    }

    [Fact]
    [Requirement("RTMP-1.7/states")]
    public void A_released_handshake_is_failed_and_silent()
    {
        var server = Make(HandshakeRole.Server);
        server.Read([3, 1, 2, 3]);

        server.Release();
        server.Release();

        Assert.Equal(HandshakeState.Failed, server.State);
        Assert.Equal(0, server.Read([1, 2, 3]));
        Assert.Empty(Take(server));
    }

    private static Handshake Make(HandshakeRole role, bool strict = false) =>
        new(role, new SeededEntropy((ulong)role + 1), Opened, strict);

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

    private static void FeedInPieces(Handshake handshake, byte[] bytes, int piece)
    {
        for (var at = 0; at < bytes.Length; at += piece)
        {
            handshake.Read(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        }
    }
}
