using System.Globalization;
using System.Text.RegularExpressions;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

/// <summary>The bytes that docs/wire/audio.md prints, against what is written and read here: each message has one there.</summary>
public sealed class SpecificationTests
{
    private static readonly StationEntry[] s_stations = [new("speech", "Grüße", Pattern.Speech, 3, true), new("off", "", default, 0, false)];

    private static readonly IReadOnlyDictionary<AudioMessageType, byte[]> s_printed = Printed();

    public static TheoryData<AudioMessageType> Types => [.. Enum.GetValues<AudioMessageType>()];

    [Theory]
    [MemberData(nameof(Types))]
    [Requirement("AUD-4.1/bytes")]
    public void Every_message_is_written_as_the_specification_prints_it(AudioMessageType type)
    {
        var written = type switch
        {
            AudioMessageType.Hello => AudioMessageWriter.ToArray(new Hello("speech", "app", 250)),
            AudioMessageType.Accept => AudioMessageWriter.ToArray(new Accept(7, 123_456_789, 500, 3000)),
            AudioMessageType.Refuse => AudioMessageWriter.ToArray(new Refuse(Reason.StreamNotFound)),
            AudioMessageType.List => AudioMessageWriter.ToArray(new ListStations()),
            AudioMessageType.Stations => AudioMessageWriter.ToArray(new StationList(s_stations, false)),
            AudioMessageType.Format => AudioMessageWriter.ToArray(new FormatNotice(Pattern.Speech, 960)),
            AudioMessageType.Audio => AudioMessageTests.Chunk(5, 1_000_000, [0, 1, 0xFE, 0xFF]),
            AudioMessageType.Metadata => AudioMessageWriter.ToArray(new Title("A title")),
            AudioMessageType.Notice => AudioMessageWriter.ToArray(new Notice(NoticeKind.Skipped, Reason.LagTimeExceeded, 1500)),
            AudioMessageType.Ping => AudioMessageWriter.ToArray(new Ping(9, 10)),
            AudioMessageType.Pong => AudioMessageWriter.ToArray(new Pong(9, 10, 11, 12)),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
        };
        Assert.Equal(Convert.ToHexString(s_printed[type]), Convert.ToHexString(written));
    }

    [Fact]
    [Requirement("AUD-4.1/bytes")]
    public void Every_message_that_the_specification_prints_is_read_as_it_says()
    {
        Assert.Equal(Reason.None, Hello.TryRead(Body(AudioMessageType.Hello), out var hello));
        Assert.Equal(new Hello("speech", "app", 250), hello);
        Assert.True(Accept.TryRead(Body(AudioMessageType.Accept), out var accept));
        Assert.Equal(new Accept(7, 123_456_789, 500, 3000), accept);
        Assert.True(Refuse.TryRead(Body(AudioMessageType.Refuse), out var refuse));
        Assert.Equal(new Refuse(Reason.StreamNotFound, "there is no such stream"), refuse);
        Assert.Empty(Body(AudioMessageType.List));
        Assert.True(StationList.TryRead(Body(AudioMessageType.Stations), out var list));
        Assert.Equal(s_stations, list.Stations.ToArray());
        Assert.True(FormatNotice.TryRead(Body(AudioMessageType.Format), out var format));
        Assert.Equal(new FormatNotice(Pattern.Speech, 960), format);
        Assert.True(AudioChunk.TryRead(Body(AudioMessageType.Audio), out var chunk));
        Assert.Equal((5, 1_000_000, "0001FEFF"), (chunk.Sequence, chunk.Microseconds, Convert.ToHexString(chunk.Samples)));
        Assert.True(Title.TryRead(Body(AudioMessageType.Metadata), out var title));
        Assert.Equal("A title", title.Text);
        Assert.True(Notice.TryRead(Body(AudioMessageType.Notice), out var notice));
        Assert.Equal(new Notice(NoticeKind.Skipped, Reason.LagTimeExceeded, 1500), notice);
        Assert.True(Ping.TryRead(Body(AudioMessageType.Ping), out var ping));
        Assert.Equal(new Ping(9, 10), ping);
        Assert.True(Pong.TryRead(Body(AudioMessageType.Pong), out var pong));
        Assert.Equal(new Pong(9, 10, 11, 12), pong);
    }

    [Fact]
    [Requirement("AUD-4.1/version")]
    public void Another_major_version_is_refused_and_another_minor_one_is_not()
    {
        var hello = s_printed[AudioMessageType.Hello][AudioWire.HeaderBytes..];
        const int MajorAt = 4, MinorAt = 5;
        (hello[MinorAt], hello[MajorAt]) = (9, 1);
        Assert.Equal(Reason.None, Hello.TryRead(hello, out _));
        Assert.Equal(Reason.None, Hello.TryRead([.. hello, 1, 2, 3], out _)); // fields of a later minor version
        hello[MajorAt] = 2;
        Assert.Equal(Reason.UnsupportedVersion, Hello.TryRead(hello, out _));
    }

    private static byte[] Body(AudioMessageType type) => s_printed[type][AudioWire.HeaderBytes..];

    // Lines of nothing but bytes; the header says which message each is, and how long.
    private static Dictionary<AudioMessageType, byte[]> Printed()
    {
        var text = Repository.Read("docs/wire/audio.md");
        var messages = new Dictionary<AudioMessageType, byte[]>();
        foreach (Match line in Regex.Matches(text, @"^(?:[0-9A-F]{2} {1,2})+[0-9A-F]{2}\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant))
        {
            byte[] bytes = [.. line.Value.Split([' ', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(static hex => byte.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            var length = (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
            Assert.Equal(AudioWire.HeaderBytes + length, bytes.Length);
            messages.Add((AudioMessageType)bytes[0], bytes);
        }

        return messages;
    }
}
