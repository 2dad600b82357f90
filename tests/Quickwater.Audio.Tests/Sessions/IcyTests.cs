using System.Text;
using Quickwater.Core;
using Quickwater.Sim;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

/// <summary>Titles among the bytes of a response.</summary>
public sealed class IcyTests
{
    [Fact]
    public void A_title_stands_in_the_next_block_behind_its_first_sample_and_only_once()
    {
        var source = new Pattern(Pattern.Speech)
            .ChangeAt(100_000, Pattern.Speech, "One")
            .ChangeAt(400_000, Pattern.Speech, "Two: \"ö\"")
            .ChangeAt(700_000, Pattern.Speech, "");
        using var studio = new AudioStudio(source, faults: Faults.None with { Split = 0.3, PendingSend = 0.3, PartialReceive = 0.3 });
        var listener = studio.Download(titles: true);
        studio.Run(10);

        var (body, titles) = IcyReader.Read([.. listener.Body], IcyMetadata.IntervalBytes);
        Assert.Equal(Download.Header(Pattern.Speech), body[..44]);
        Assert.Equal(Pattern.Bytes(0, body.Length - 44), body[44..]);
        Assert.Equal(["One", "Two: \"ö\"", ""], titles.Select(static one => one.Title));
        foreach (var ((at, _), changed) in titles.Zip([100_000, 400_000, 700_000]))
        {
            // A change takes its place between chunks; a chunk is 1920 bytes.
            Assert.InRange(at - changed, 0, IcyMetadata.IntervalBytes + 1920);
        }
    }

    [Fact]
    public void Who_joins_gets_the_title_with_the_first_block_and_who_did_not_ask_gets_none()
    {
        using var studio = new AudioStudio(new Pattern(Pattern.Speech).ChangeAt(0, Pattern.Speech, "On now"));
        studio.Run(5);
        var asked = studio.Download(titles: true);
        var plain = studio.Download();
        studio.Run(3);
        Assert.Equal([(IcyMetadata.IntervalBytes, "On now")], IcyReader.Read([.. asked.Body], IcyMetadata.IntervalBytes).Titles);
        Assert.Equal(0, plain.Samples(Pattern.Speech).Length % 1920);
        Assert.DoesNotContain("StreamTitle", Encoding.Latin1.GetString([.. plain.Body]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_listener_with_titles_that_skips_keeps_its_blocks_in_place()
    {
        using var studio = new AudioStudio(new Pattern(Pattern.Speech).ChangeAt(300_000, Pattern.Speech, "While away"));
        var tap = new Tap();
        var listener = studio.Download(titles: true, slowed: tap.On);
        studio.Run(2);
        tap.Shut();
        studio.Run(8);
        tap.Open();
        studio.Run(5);
        var (body, titles) = IcyReader.Read([.. listener.Body], IcyMetadata.IntervalBytes);
        Assert.True(studio.Station.Totals.Dropped > 100);
        Assert.Equal(0, (body.Length - 44) % 1920);
        Assert.Equal("While away", Assert.Single(titles).Title);
    }

    [Theory]
    [InlineData("", 1, "")]
    [InlineData("a", 1, "a")]
    [InlineData("a2", 2, "a2")]
    [InlineData("Rock 'n' Roll", 2, "Rock 'n' Roll")]
    [InlineData("it's'; StreamUrl='evil", 3, "it's\u2019; StreamUrl='evil")]
    [InlineData("line\r\nbreak\0", 2, "line  break ")]
    public void Nothing_in_a_title_can_end_its_block(string title, int units, string shown)
    {
        var block = new byte[IcyMetadata.BlockBytesMax];
        var length = IcyMetadata.Write(block, title);
        Assert.Equal((1 + (units * 16), units), (length, block[0]));
        Assert.Equal(shown, IcyReader.TitleOf(block.AsSpan(1, length - 1)));
    }

    [Fact]
    public void Half_a_character_is_shown_as_one_that_is_none()
    {
        var block = new byte[IcyMetadata.BlockBytesMax];
        var length = IcyMetadata.Write(block, $"a{(char)0xD800}b");
        Assert.Equal("a\ufffdb", IcyReader.TitleOf(block.AsSpan(1, length - 1)));
    }

    [Fact]
    public void A_title_too_long_for_a_block_is_cut_at_a_whole_character()
    {
        var block = new byte[IcyMetadata.BlockBytesMax];
        foreach (var length in Enumerable.Range(1000, 400))
        {
            var title = string.Concat(Enumerable.Repeat("€';", length));
            var used = IcyMetadata.Write(block, title);
            var shown = IcyReader.TitleOf(block.AsSpan(1, used - 1));
            Assert.StartsWith(shown, title.Replace("';", "\u2019;", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.True(shown.Length > 570, "it is not cut short");
        }
    }
}
