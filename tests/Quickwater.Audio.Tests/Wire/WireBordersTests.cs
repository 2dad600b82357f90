using Quickwater.Core;

namespace Quickwater.Audio.Tests;

/// <summary>The longest, the shortest and the first that is too much, of what stands on the wire.</summary>
public sealed class WireBordersTests
{
    [Theory]
    [InlineData(AudioEncoding.U8, 1, 1000, true)]
    [InlineData(AudioEncoding.F32, 64, 768_000, true)]
    [InlineData(AudioEncoding.None, 1, 1000, false)]
    [InlineData(AudioEncoding.F32 + 1, 1, 1000, false)]
    [InlineData(AudioEncoding.U8, 0, 1000, false)]
    [InlineData(AudioEncoding.U8, 65, 1000, false)]
    [InlineData(AudioEncoding.U8, 1, 999, false)]
    [InlineData(AudioEncoding.U8, 1, 768_001, false)]
    public void A_format_is_valid_within_its_ranges_and_only_then_read(AudioEncoding encoding, int channels, int rate, bool valid)
    {
        var format = new AudioFormat(encoding, channels, rate);
        Assert.Equal(valid, format.IsValid);
        Assert.Equal(valid, FormatNotice.TryRead(AudioMessageTests.Body(new FormatNotice(format, 1)), out _));
        Assert.False(FormatNotice.TryRead(AudioMessageTests.Body(new FormatNotice(format, 0)), out _));
        Assert.False(FormatNotice.TryRead(AudioMessageTests.Body(new FormatNotice(format, -1)), out _));
    }

    [Theory]
    [InlineData(AudioEncoding.None, 0)]
    [InlineData(AudioEncoding.U8, 1)]
    [InlineData(AudioEncoding.S16, 2)]
    [InlineData(AudioEncoding.S24, 3)]
    [InlineData(AudioEncoding.S32, 4)]
    [InlineData(AudioEncoding.F32, 4)]
    public void A_sample_has_its_bytes(AudioEncoding encoding, int bytes)
    {
        var format = new AudioFormat(encoding, 3, 10_000);
        Assert.Equal((bytes, bytes * 3, bytes * 30_000L), (format.BytesPerSample, format.BytesPerFrame, format.BytesPerSecond));
    }

    [Fact]
    public void Times_and_sample_frames_are_rounded_down_but_there_is_always_one()
    {
        var format = new AudioFormat(AudioEncoding.S16, 1, 11_025);
        Assert.Equal(220, format.FramesIn(TimeSpan.FromMilliseconds(20)));
        Assert.Equal(1, format.FramesIn(TimeSpan.Zero));
        Assert.Equal(int.MaxValue, format.FramesIn(TimeSpan.MaxValue));
        Assert.Equal(907, format.TimeOf(1).Ticks);
        Assert.Equal("s16, 11025 Hz, 1 channel", format.ToString());
        Assert.Equal("s16, 11025 Hz, 2 channels", (format with { Channels = 2 }).ToString());
    }

    [Theory]
    [InlineData(64, Reason.None)]
    [InlineData(65, Reason.InvalidName)]
    public void A_stations_name_has_64_bytes_at_most(int length, Reason why) =>
        Assert.Equal(why, Hello.TryRead(AudioMessageTests.Body(new Hello(new string('a', length), "")), out _));

    [Fact]
    public void A_hello_without_a_name_is_for_the_list_and_one_that_is_none_says_why()
    {
        Assert.Equal(Reason.None, Hello.TryRead(AudioMessageTests.Body(new Hello("", "")), out _));
        var body = AudioMessageTests.Body(new Hello("speech", "agent"));
        Assert.Equal(Reason.WrongProtocol, Hello.TryRead([.. "QWAV"u8, .. body.AsSpan(4)], out _));
        Assert.Equal(Reason.UnsupportedVersion, Hello.TryRead([.. "QWAU"u8, 2, 0], out _));
        Assert.Equal(Reason.MalformedHandshake, Hello.TryRead([.. "QWAU"u8, 1, 0], out _));
        Assert.Equal(Reason.WrongProtocol, Hello.TryRead("QWA"u8, out _));
        body[^1] = 0xFF; // no UTF-8
        Assert.Equal(Reason.MalformedHandshake, Hello.TryRead(body, out _));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(65_535, 65_535)]
    [InlineData(65_536, 65_535)]
    public void A_burst_is_written_as_far_as_its_field_goes(int asked, int written)
    {
        Assert.Equal(Reason.None, Hello.TryRead(AudioMessageTests.Body(new Hello("a", "", asked)), out var hello));
        Assert.Equal(written, hello.BurstMilliseconds);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    [InlineData(uint.MaxValue + 1L, uint.MaxValue)]
    public void A_notices_time_is_written_as_far_as_its_field_goes(long milliseconds, long written)
    {
        Assert.True(Notice.TryRead(AudioMessageTests.Body(new Notice(NoticeKind.Skipped, Reason.None, milliseconds)), out var notice));
        Assert.Equal(written, notice.Milliseconds);
    }

    [Fact]
    public void An_acceptance_is_read_in_its_version_whatever_a_later_one_adds()
    {
        var body = AudioMessageTests.Body(new Accept(1, 2, -1, int.MinValue));
        Assert.True(Accept.TryRead([.. body, 1, 2, 3], out var accept));
        Assert.Equal((int.MaxValue, int.MaxValue), (accept.BurstMilliseconds, accept.LagMilliseconds));
        body[0] = 2;
        Assert.False(Accept.TryRead(body, out _));
    }

    [Fact]
    public void Pings_and_pongs_have_their_length()
    {
        Assert.False(Ping.TryRead([.. AudioMessageTests.Body(new Ping(1, 2)), 0], out _));
        Assert.False(Pong.TryRead([.. AudioMessageTests.Body(new Pong(1, 2, 3, 4)), 0], out _));
        Assert.True(AudioChunk.TryRead(new byte[AudioWire.AudioPrefixBytes], out var chunk) && chunk.Samples.IsEmpty);
        Assert.False(AudioChunk.TryRead(new byte[AudioWire.AudioPrefixBytes - 1], out _));
    }

    [Fact]
    public void Metadata_of_another_kind_is_no_title_and_a_title_is_text()
    {
        Assert.True(Title.TryRead([2, 0xFF], out var title));
        Assert.Equal("", title.Text);
        Assert.True(Title.TryRead([1], out title));
        Assert.Equal("", title.Text);
        Assert.False(Title.TryRead([1, 0xFF], out _));
        Assert.False(Title.TryRead([], out _));
    }

    [Theory]
    [InlineData("a", 255, 255)]
    [InlineData("a", 256, 255)]
    [InlineData("€", 85, 85)]
    [InlineData("€", 86, 85)]
    [InlineData("🎵", 63, 63)]
    [InlineData("🎵", 64, 63)]
    public void A_text_is_written_up_to_255_bytes(string character, int count, int written)
    {
        Assert.True(Refuse.TryRead(AudioMessageTests.Body(new Refuse(Reason.Kicked, string.Concat(Enumerable.Repeat(character, count)))), out var refuse));
        Assert.Equal(string.Concat(Enumerable.Repeat(character, written)), refuse.Text);
    }

    [Fact]
    public void A_header_says_lengths_up_to_24_bits()
    {
        var header = new byte[AudioWire.HeaderBytes];
        AudioMessageWriter.WriteHeader(header, AudioMessageType.Audio, 0x010203);
        Assert.Equal([(byte)AudioMessageType.Audio, 1, 2, 3], header);
        AudioMessageWriter.WriteHeader(header, AudioMessageType.Audio, 0xFFFFFF);
        Assert.Equal([(byte)AudioMessageType.Audio, 0xFF, 0xFF, 0xFF], header);
        Assert.Throws<ArgumentOutOfRangeException>(() => AudioMessageWriter.WriteHeader(header, AudioMessageType.Audio, 0x1000000));
        Assert.Throws<ArgumentOutOfRangeException>(() => AudioMessageWriter.WriteHeader(header, AudioMessageType.Audio, -1));
    }

    [Theory]
    [InlineData(104)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    public void The_longest_body_is_read_in_whatever_pieces_and_a_longer_one_never(int piece)
    {
        var leaks = new LeakCounters();
        var reader = new AudioMessageReader(new PooledBytes.Pool(leaks), 100);
        byte[] longest = [7, 0, 0, 100, .. new byte[100]];
        var messages = 0;
        foreach (var part in longest.Chunk(piece))
        {
            ReadOnlySpan<byte> input = part;
            messages += reader.Read(ref input, out var message) && message.Body.Length == 100 ? 1 : 0;
            Assert.True(input.IsEmpty);
            Assert.Equal(messages == 1, reader.IsAtBoundary);
        }

        Assert.Equal(1, messages);
        foreach (var part in new byte[] { 7, 0, 0, 101, 0, 0 }.Chunk(piece))
        {
            ReadOnlySpan<byte> input = part;
            Assert.False(reader.Read(ref input, out _));
        }

        Assert.Equal(Reason.MessageTooLarge, reader.Fault);
        ReadOnlySpan<byte> whole = longest;
        Assert.False(reader.Read(ref whole, out _));
        Assert.Equal(longest.Length, whole.Length);
        reader.Free();
        Assert.True(leaks.Read().IsZero);
    }
}
