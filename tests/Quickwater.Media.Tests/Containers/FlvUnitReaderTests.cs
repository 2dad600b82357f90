using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Media.Tests;

public sealed class FlvUnitReaderTests
{
    // Each unit: kind, track, codec, flags, decoding offset, composition (both in ns), and its bytes.
    [Theory]
    [InlineData("17010000 28 AABB", "v0 avc1 Key 0 40000000 AABB")]
    [InlineData("2701FFFFD8 AABB", "v0 avc1 None 0 -40000000 AABB")]
    [InlineData("3701000000 AA", "v0 avc1 Disposable 0 0 AA")]
    [InlineData("1700000000 01640028", "v0 avc1 Config 0 0 01640028")]
    [InlineData("1700000000", "")] // an empty configuration
    [InlineData("1702000000", "")] // the end of a sequence
    [InlineData("12 AABBCC", "")] // a codec without a code: H.263
    [InlineData("", "")]
    [InlineData("91 68766331 000028 AABB", "v0 hvc1 Key 0 40000000 AABB")]
    [InlineData("A3 68766331 AABB", "v0 hvc1 None 0 0 AABB")]
    [InlineData("91 61763031 AABB", "v0 av01 Key 0 0 AABB")]
    [InlineData("90 76703039 0102", "v0 vp09 Config 0 0 0102")]
    [InlineData("97 02 0003E8 01 61763031 AABB", "v0 av01 Key 1000 0 AABB")] // a nanosecond offset before it
    [InlineData("96 01 61766331 01 000005 AABB", "v1 avc1 Key 0 5000000 AABB")] // one track
    [InlineData("96 11 61766331 00 000005 000028AABB 01 000004 00000ACC", "v0 avc1 Key 0 40000000 AABB", "v1 avc1 Key 0 10000000 CC")]
    [InlineData("A6 13 61763031 02 000001 AA 05 000002 BBCC", "v2 av01 None 0 0 AA", "v5 av01 None 0 0 BBCC")]
    [InlineData("96 20 61766331 00 000001 AA 76703039 01 000001 BB", "v0 avc1 Config 0 0 AA", "v1 vp09 Config 0 0 BB")]
    public void The_units_of_a_video_message_are_found(string body, params string[] units) => Assert.Equal(units.Where(static unit => unit.Length > 0), Read(FrameKind.Video, body));

    [Theory]
    [InlineData("AF01 AABB", "a0 mp4a Key 0 0 AABB")]
    [InlineData("AF00 1210", "a0 mp4a Config 0 0 1210")]
    [InlineData("2F AABB", "a0 .mp3 Key 0 0 AABB")]
    [InlineData("7E AABB", "")] // A-law has no code
    [InlineData("91 4F707573 AABB", "a0 Opus Key 0 0 AABB")]
    [InlineData("94 4F707573 AABB", "")] // which channel is which loudspeaker
    [InlineData("95 11 6D703461 00 000002 AABB 01 000001 CC", "a0 mp4a Key 0 0 AABB", "a1 mp4a Key 0 0 CC")]
    [InlineData("95 21 6D703461 00 000002 AABB 4F707573 03 000001 CC", "a0 mp4a Key 0 0 AABB", "a3 Opus Key 0 0 CC")]
    public void The_units_of_an_audio_message_are_found(string body, params string[] units) => Assert.Equal(units.Where(static unit => unit.Length > 0), Read(FrameKind.Audio, body));

    [Fact]
    public void A_message_that_is_cut_short_anywhere_gives_the_units_before_the_cut_and_never_bytes_that_are_not_there()
    {
        const string Whole = "96 21 61766331 00 000005 000028AABB 68766331 01 000004 00000ACC 61763031 02 000001 DD";
        var bytes = Convert.FromHexString(Whole.Replace(" ", "", StringComparison.Ordinal));
        var all = Read(FrameKind.Video, Whole);
        Assert.Equal(3, all.Count);
        for (var length = 0; length < bytes.Length; length++)
        {
            var units = Read(FrameKind.Video, Convert.ToHexString(bytes.AsSpan(0, length)));
            Assert.Equal(all.Take(units.Count), units);
            Assert.InRange(units.Count, 0, 2);
        }
    }

    [Theory]
    [InlineData("17010000 00 AABB", 1UL)]
    [InlineData("12 AABB", 1UL)]
    [InlineData("96 01 61766331 05 000005 AABB", 1UL << 5)]
    [InlineData("96 11 61766331 00 000005 000028AABB 01 000004 00000ACC", 3UL)]
    [InlineData("96 11 61763031 FE 000001 AA 3F 000001 AA", 1UL << 63)] // ids from 63 on share a place
    [InlineData("96 11 61763031 04 FFFFFF AA", 1UL << 4)] // a size that lies
    [Requirement("RTMP-4.10")]
    public void The_tracks_of_a_message_are_known(string body, ulong bits) =>
        Assert.Equal(new TrackSet(bits), FlvUnitReader.Tracks(FrameKind.Video, Bytes(body)));

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static List<string> Read(FrameKind kind, string hex)
    {
        var body = Bytes(hex);
        var found = new List<string>();
        var units = new FlvUnitReader(kind, body);
        while (units.TryRead(out var unit))
        {
            var letter = unit.Kind == FrameKind.Video ? 'v' : 'a';
            found.Add($"{letter}{unit.Track} {unit.Codec} {unit.Flags} {unit.OffsetNanoseconds} {unit.CompositionNanoseconds} {Convert.ToHexString(body.AsSpan(unit.Offset, unit.Length))}");
        }

        return found;
    }
}
