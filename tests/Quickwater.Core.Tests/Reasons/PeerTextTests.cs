using Xunit;

namespace Quickwater.Core.Tests;

public sealed class PeerTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("live/käse 你好 \ud83d\ude00", "live/käse 你好 \ud83d\ude00")]
    [InlineData("a\nb\r\tc", @"a\nb\r\tc")]
    [InlineData("\u001b[2J\u0007", @"\u001b[2J\u0007")]
    [InlineData("\u009b31m\u007f\0", @"\u009b31m\u007f\u0000")]
    [InlineData("a\u2028b\u2029", @"a\u2028b\u2029")]
    [InlineData("\u202egnp.exe\u2066\u200f", @"\u202egnp.exe\u2066\u200f")]
    public void It_becomes_one_line_that_does_nothing_to_a_terminal(string text, string shown) =>
        Assert.Equal(shown, PeerText.Printable(text));
}
