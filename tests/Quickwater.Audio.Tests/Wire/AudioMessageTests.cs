using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

public sealed class AudioMessageTests
{
    private static readonly LeakCounters Leaks = new();

    /// <summary>One of each message, one behind the other.</summary>
    internal static byte[] Everything { get; } =
    [
        .. AudioMessageWriter.ToArray(new Hello("speech", "tests", 250)),
        .. AudioMessageWriter.ToArray(new Accept(7, 123_456_789, 500, 3000)),
        .. AudioMessageWriter.ToArray(new Refuse(Reason.StreamNotFound)),
        .. AudioMessageWriter.ToArray(new ListStations()),
        .. AudioMessageWriter.ToArray(new StationList(
            new[] { new StationEntry("speech", "Grüße", Pattern.Speech, 3, true), new StationEntry("off", "", default, 0, false) }, false)),
        .. AudioMessageWriter.ToArray(new FormatNotice(Pattern.Speech, 960)),
        .. Chunk(5, 1_000_000, Pattern.Bytes(0, 1920)),
        .. AudioMessageWriter.ToArray(new Title("A title")),
        .. AudioMessageWriter.ToArray(new Notice(NoticeKind.Skipped, Reason.LagTimeExceeded, 1500)),
        .. AudioMessageWriter.ToArray(new Ping(1, 2)),
        .. AudioMessageWriter.ToArray(new Pong(1, 2, 3, 4)),
    ];

    internal static byte[] Chunk(long sequence, long microseconds, byte[] samples)
    {
        var payload = new byte[AudioWire.AudioPrefixBytes + samples.Length];
        AudioChunk.WritePrefix(payload, sequence, microseconds);
        samples.CopyTo(payload, AudioWire.AudioPrefixBytes);
        var message = new byte[AudioWire.HeaderBytes + payload.Length];
        AudioWireForm.Instance.Encode(FrameKind.Audio, FrameFlags.Key, default, payload, message);
        return message;
    }

    [Fact]
    [Requirement("AUD-4.1")]
    public void Every_message_reads_back_as_it_was_written()
    {
        Assert.Equal(Reason.None, Hello.TryRead(Body(new Hello("speech", "agent", 250)), out var hello));
        Assert.Equal(new Hello("speech", "agent", 250), hello);
        Assert.True(Accept.TryRead(Body(new Accept(7, -5, 500, 3000)), out var accept));
        Assert.Equal(new Accept(7, -5, 500, 3000), accept);
        Assert.True(Refuse.TryRead(Body(new Refuse(Reason.StreamNotFound)), out var refuse));
        Assert.Equal(new Refuse(Reason.StreamNotFound, Reason.StreamNotFound.Text()), refuse);
        Assert.True(FormatNotice.TryRead(Body(new FormatNotice(Pattern.Speech, 960)), out var format));
        Assert.Equal(new FormatNotice(Pattern.Speech, 960), format);
        Assert.True(Title.TryRead(Body(new Title("Grüße")), out var title));
        Assert.Equal("Grüße", title.Text);
        Assert.True(Notice.TryRead(Body(new Notice(NoticeKind.Closing, Reason.Drained, 12)), out var notice));
        Assert.Equal(new Notice(NoticeKind.Closing, Reason.Drained, 12), notice);
        Assert.True(Ping.TryRead(Body(new Ping(9, 10)), out var ping));
        Assert.Equal(new Ping(9, 10), ping);
        Assert.True(Pong.TryRead(Body(new Pong(9, 10, 11, 12)), out var pong));
        Assert.Equal(new Pong(9, 10, 11, 12), pong);
        var stations = new[] { new StationEntry("a", "A", Pattern.Speech, 3, true), new StationEntry("b", "", default, 0, false) };
        Assert.True(StationList.TryRead(Body(new StationList(stations, true)), out var list));
        Assert.True(list.HasMore);
        Assert.Equal(stations, list.Stations.ToArray());
    }

    [Fact]
    [Requirement("AUD-4.2")]
    [Requirement("AUD-4.4")]
    public void Every_split_of_a_stream_parses_alike()
    {
        var whole = Parse([Everything]);
        Assert.Equal(11, whole.Count);
        Assert.Equal(whole, Parse(Everything.Select(static one => new[] { one }))); // byte by byte
        for (var split = 0; split <= Everything.Length; split++)
        {
            Assert.Equal(whole, Parse([Everything[..split], Everything[split..]]));
        }
    }

    [Fact]
    [Requirement("AUD-4.4")]
    public void Random_fragments_parse_alike()
    {
        var whole = Parse([Everything]);
        var rng = new Rng(4);
        for (var round = 0; round < 200; round++)
        {
            var pieces = new List<byte[]>();
            for (var at = 0; at < Everything.Length;)
            {
                var count = Math.Min(Everything.Length - at, rng.Between(1, 300));
                pieces.Add(Everything[at..(at + count)]);
                at += count;
            }

            Assert.Equal(whole, Parse(pieces));
        }
    }

    [Fact]
    [Requirement("AUD-4.3")]
    public void A_body_longer_than_allowed_is_refused_at_its_header()
    {
        var reader = new AudioMessageReader(new PooledBytes.Pool(Leaks), 100);
        ReadOnlySpan<byte> input = [7, 0, 0, 101];
        Assert.False(reader.Read(ref input, out _));
        Assert.Equal(Reason.MessageTooLarge, reader.Fault);
    }

    [Fact]
    [Requirement("AUD-4.3")]
    public void A_body_that_is_cut_anywhere_is_malformed_and_nothing_throws()
    {
        byte[][] bodies =
        [
            Body(new Hello("speech", "agent")), Body(new Accept(1, 2, 3, 4)), Body(new Refuse(Reason.Kicked)),
            Body(new FormatNotice(Pattern.Speech, 960)), Body(new Notice(NoticeKind.OnAir)), Body(new Ping(1, 2)), Body(new Pong(1, 2, 3, 4)),
            Body(new StationList(new[] { new StationEntry("a", "A", Pattern.Speech, 3, true) }, false)),
        ];
        foreach (var body in bodies)
        {
            for (var length = 0; length < body.Length; length++)
            {
                var cut = body[..length];
                var read = new[]
                {
                    ReferenceEquals(body, bodies[0]) && Hello.TryRead(cut, out _) == Reason.None,
                    ReferenceEquals(body, bodies[1]) && Accept.TryRead(cut, out _), ReferenceEquals(body, bodies[2]) && Refuse.TryRead(cut, out _),
                    ReferenceEquals(body, bodies[3]) && FormatNotice.TryRead(cut, out _),
                    ReferenceEquals(body, bodies[4]) && Notice.TryRead(cut, out _), ReferenceEquals(body, bodies[5]) && Ping.TryRead(cut, out _),
                    ReferenceEquals(body, bodies[6]) && Pong.TryRead(cut, out _), ReferenceEquals(body, bodies[7]) && StationList.TryRead(cut, out _),
                };
                Assert.DoesNotContain(true, read);
            }
        }
    }

    [Fact]
    [Requirement("AUD-4.3")]
    public void Noise_never_throws()
    {
        var rng = new Rng(9);
        var leaks = new LeakCounters();
        for (var round = 0; round < 2000; round++)
        {
            // Half of them are real streams with a few wrong bytes, so that they get far.
            var bytes = round % 2 == 0 ? new byte[rng.Below(400)] : (byte[])Everything.Clone();
            if (round % 2 == 0)
            {
                rng.Fill(bytes);
            }

            for (var wrong = rng.Below(8); wrong > 0 && bytes.Length > 0; wrong--)
            {
                bytes[rng.Below(bytes.Length)] = (byte)rng.Below(256);
            }

            var reader = new AudioMessageReader(new PooledBytes.Pool(leaks), 5000);
            ReadOnlySpan<byte> input = bytes;
            while (reader.Read(ref input, out var message))
            {
                _ = Hello.TryRead(message.Body, out _);
                _ = Accept.TryRead(message.Body, out _);
                _ = Refuse.TryRead(message.Body, out _);
                _ = FormatNotice.TryRead(message.Body, out _);
                _ = StationList.TryRead(message.Body, out _);
                _ = Title.TryRead(message.Body, out _);
                _ = Notice.TryRead(message.Body, out _);
                _ = Ping.TryRead(message.Body, out _);
                _ = Pong.TryRead(message.Body, out _);
                _ = AudioChunk.TryRead(message.Body, out _);
            }

            reader.Free();
        }

        Assert.True(leaks.Read().IsZero);
    }

    [Fact]
    public void Texts_that_are_too_long_are_cut_between_characters()
    {
        var body = Body(new Refuse(Reason.Kicked, new string('ü', 200)));
        Assert.True(Refuse.TryRead(body, out var refuse));
        Assert.Equal(new string('ü', 127), refuse.Text);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("a", true)]
    [InlineData("News-24.ogg_2", true)]
    [InlineData(".hidden", false)]
    [InlineData("a/b", false)]
    [InlineData("ü", false)]
    public void Station_names_are_plain(string name, bool allowed) => Assert.Equal(allowed, AudioWire.IsStationName(name));

    internal static byte[] Body<T>(T message)
        where T : struct, IAudioBody => AudioMessageWriter.ToArray(message)[AudioWire.HeaderBytes..];

    private static List<string> Parse(IEnumerable<byte[]> pieces)
    {
        var leaks = new LeakCounters();
        var reader = new AudioMessageReader(new PooledBytes.Pool(leaks), AudioWire.BodyBytesMax);
        var messages = new List<string>();
        foreach (var piece in pieces)
        {
            ReadOnlySpan<byte> input = piece;
            while (reader.Read(ref input, out var message))
            {
                messages.Add($"{message.Type} {Convert.ToHexString(message.Body)}");
            }

            Assert.True(input.IsEmpty);
        }

        Assert.True(reader.IsAtBoundary);
        reader.Free();
        Assert.True(leaks.Read().IsZero);
        return messages;
    }
}
