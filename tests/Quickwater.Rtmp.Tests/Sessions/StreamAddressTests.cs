using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp.Tests;

public sealed class StreamAddressTests
{
    [Theory]
    [InlineData("live", "", "cam", "live/cam", null)]
    [InlineData("/live/", "", "/cam/", "live/cam", null)]
    [InlineData("live/room", "", "cam", "live/room/cam", null)]
    [InlineData("live", "", "cam?key=a", "live/cam", "a")]
    [InlineData("live?key=b", "", "cam", "live/cam", "b")]
    [InlineData("live", "rtmp://h/live?key=c", "cam", "live/cam", "c")]
    [InlineData("live", "", "cam?token=t", "live/cam", "t")]
    [InlineData("live?token=t", "", "cam?key=a", "live/cam", "a")]
    [InlineData("live", "rtmp://h/live?token=t", "cam", "live/cam", "t")]
    [InlineData("live?key=b", "rtmp://h/live?key=c", "cam?key=a", "live/cam", "a")]
    [InlineData("live", "", "cam?x=1&key=a%20b&y", "live/cam", "a b")]
    [InlineData("live", "", "cam?key=", "live/cam", "")]
    [InlineData("live", "", "cam?key=%zz%", "live/cam", "%zz%")]
    [InlineData("live", "", "cam?monkey=a", "live/cam", null)]
    [InlineData("live", "", "cam?key=a?key=b", "live/cam", "a?key=b")]
    [InlineData("\u65e5\u672c", "", "Stra\u00dfe-1_2.3~+@=:,", "\u65e5\u672c/Stra\u00dfe-1_2.3~+@=:,", null)]
    public void Parameters_stand_in_the_name_the_application_or_the_url(string app, string tcUrl, string name, string topic, string? key)
    {
        Assert.Equal(Reason.None, StreamAddress.Parse(app, tcUrl, name, out var address));
        Assert.Equal((topic, key), (address.Topic, address.Key));
    }

    [Theory]
    [InlineData("live", "", "cam?latency=low", "low")]
    [InlineData("live", "", "cam?key=a&latency=normal", "normal")]
    [InlineData("live?latency=low", "", "cam", "low")]
    [InlineData("live", "rtmp://h/live?latency=low", "cam?key=a", "low")]
    [InlineData("live", "", "cam", null)]
    public void Latency_is_asked_for_where_a_key_is_given(string app, string tcUrl, string name, string? latency)
    {
        Assert.Equal(Reason.None, StreamAddress.Parse(app, tcUrl, name, out var address));
        Assert.Equal(("live/cam", latency), (address.Topic, address.Latency));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("/", "?key=a")]
    [InlineData("live", "mp4:")]
    [InlineData("live", ".flv")]
    [InlineData("live", "..")]
    [InlineData("live", "a/../b")]
    [InlineData("live", ".")]
    [InlineData("live", "a//b")]
    [InlineData("live", " a")]
    [InlineData("live", "a /b")]
    [InlineData("live", "a%2F..%2Fb")]
    [InlineData("live", "a%252Fb")]
    [InlineData("live", "a%00b")]
    [InlineData("live", "a%ff")]
    [InlineData("live", "100%")]
    [InlineData("live", "a\ufffd")]
    [InlineData("live", "a\ud83d")]
    [InlineData("live", "a\u202eb")]
    [InlineData("live", "a\u2028b")]
    [InlineData("live", "a\ue000b")]
    [InlineData("live", "a\"b")]
    [InlineData("live", "a\\b")]
    [InlineData("live", "a\0")]
    [InlineData("live", "a\nb")]
    [InlineData("live", "a<b>")]
    [InlineData("live", "%2e%2e")]
    public void What_could_mean_something_else_elsewhere_is_no_name(string app, string name) =>
        Assert.Equal(Reason.InvalidName, StreamAddress.Parse(app, "", name, out _));

    [Theory]
    [InlineData("live/cam", "", "live/cam")] // the key left empty, and the name in the server's address
    [InlineData("live/_definst_", "cam", "live/cam")]
    [InlineData("live", "_definst_/cam", "live/cam")]
    [InlineData("", "cam", "live/cam")] // no application
    [InlineData("cam", "", "live/cam")] // one part only
    [InlineData("", "live/cam", "live/cam")]
    [InlineData("live", "mp4:clip.mp4", "live/clip.mp4")] // what FFmpeg makes of clip.mp4
    [InlineData("live", "clip.mp4", "live/clip.mp4")]
    [InlineData("live", "flv:clip", "live/clip")]
    [InlineData("live", "clip.flv", "live/clip")]
    [InlineData("live", "mp3:song", "live/song")]
    [InlineData("live", "a/mp4:clip.mp4", "live/a/clip.mp4")]
    [InlineData("live", "mp4:flv:clip", "live/clip")]
    [InlineData("live", "my%20cam", "live/my cam")]
    [InlineData("live", "my cam", "live/my cam")]
    [InlineData("live", "it's (1)", "live/it's (1)")]
    [InlineData("live", "it%27s+%281%29", "live/it's+(1)")]
    [InlineData("live", "rtmp://host:1935/live/cam", "live/cam")]
    [InlineData("live", "rtmp://host/live/a/cam?key=k", "live/a/cam")]
    [InlineData("live", "rtmps://host/other/cam", "live/cam")]
    [InlineData("", "rtmp://host/live/cam", "live/cam")]
    [InlineData("live", "\u0915\u094d\u092f\u093e", "live/\u0915\u094d\u092f\u093e")] // Devanagari, with its marks
    [InlineData("live", "\u0e17\u0e35\u0e48", "live/\u0e17\u0e35\u0e48")] // Thai
    [InlineData("live", "caf\u0065\u0301", "live/caf\u00e9")]
    [InlineData("live", "caf%65%CC%81", "live/caf\u00e9")]
    [InlineData("live", "o\u0323\u0302", "live/\u1ed9")] // Vietnamese, two marks
    [InlineData("live", "\u1112\u1161\u11ab", "live/\ud55c")] // Hangul, from its letters
    [InlineData("live", "\ud83d\udc68\u200d\ud83d\udcbb", "live/\ud83d\udc68\u200d\ud83d\udcbb")]
    public void However_a_client_writes_a_name_who_publishes_and_who_plays_find_each_other(string app, string name, string topic)
    {
        Assert.Equal(Reason.None, StreamAddress.Parse(app, "", name, out var address));
        Assert.Equal(topic, address.Topic);
        Assert.Equal(Reason.None, StreamAddress.Parse(address.Application, "", address.Stream, out var again));
        Assert.Equal(topic, again.Topic);
        Assert.Equal(Reason.None, StreamAddress.ParsePath(topic, out var byPath));
        Assert.Equal(topic, byPath.Topic);
    }

    [Fact]
    public void A_paths_percent_signs_are_not_read_twice() =>
        Assert.Equal(Reason.InvalidName, StreamAddress.ParsePath("live/a%41", out _));

    [Fact]
    public void A_part_has_at_most_256_characters()
    {
        Assert.True(StreamAddress.IsValid(new string('a', 256)));
        Assert.False(StreamAddress.IsValid(new string('a', 257)));
        Assert.Equal(Reason.InvalidName, StreamAddress.Parse("live", "", new string('/', 60_000), out _));
        Assert.Equal(Reason.InvalidName, StreamAddress.Parse($"live/{new string('a', 200)}", "", new string('a', 200), out _));
    }

    [Fact]
    public void The_parameters_have_a_bound_of_their_own()
    {
        Assert.Equal(Reason.None, StreamAddress.Parse("live", "rtmp://h/live?" + new string('?', 2000), "cam?" + new string('&', 2000), out _));
        Assert.Equal(Reason.InvalidName, StreamAddress.Parse("live", new string('?', 3000), "cam?" + new string('&', 3000), out _));
    }

    [Theory]
    [InlineData("live", "a/b")]
    [InlineData("live/a", "b")]
    [InlineData("/live/a/", "/b/")]
    public void Where_the_client_draws_the_border_does_not_matter(string app, string name)
    {
        Assert.Equal(Reason.None, StreamAddress.Parse(app, "", name, out var address));
        Assert.Equal(("live", "a/b", "live/a/b"), (address.Application, address.Stream, address.Topic));
    }

    [Fact]
    public void All_parameters_are_kept_each_text_once_the_names_first()
    {
        StreamAddress.Parse("live?a=1", "rtmp://h/live?a=1", "cam?b=2&key=k", out var address);
        Assert.Equal("b=2&key=k&a=1", address.Parameters);
    }
}
