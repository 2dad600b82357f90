using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

[Requirement("AUD-5.1")]
public sealed class OggLinkReaderTests
{
    [Fact]
    public void A_stream_that_begins_behind_a_running_one_is_the_next_link()
    {
        byte[] one = [.. Page(begins: true), .. Page(begins: true), .. Page(), .. Page(300)], two = [.. Page(begins: true), .. Page(), .. Page(10)], three = Page(begins: true);
        byte[] file = [.. one, .. two, .. three];
        Assert.Equal(one.Length, Next(file, 0));
        Assert.Equal(one.Length + two.Length, Next(file, one.Length));
        Assert.Null(Next(file, one.Length + two.Length));
        Assert.Null(Next([], 0));
    }

    [Fact]
    public void A_link_that_is_cut_short_or_has_something_between_is_followed_all_the_same()
    {
        byte[] one = [.. Page(begins: true), .. Page(), .. Page(300)], two = [.. Page(begins: true), .. Page()];
        Assert.Equal(one.Length + 7, Next([.. one, .. "between"u8, .. two], 0));

        // What is cut takes the page behind it along: the one after that is found by its first letters.
        byte[] cut = [.. one[..^20], .. Page(), .. two];
        Assert.Equal(cut.Length - two.Length, Next(cut, 0));
    }

    [Fact]
    public void However_many_bytes_it_gets_at_once_it_finds_the_same()
    {
        byte[] one = [.. Page(begins: true), .. Page(), .. Page(200), .. "junk"u8, .. Page(3)];
        byte[] file = [.. one, .. Page(begins: true), .. Page()];
        for (var block = 1; block < file.Length; block++)
        {
            Assert.Equal(one.Length, Next(file, 0, block));
        }
    }

    private static long? Next(byte[] file, long start, int block = int.MaxValue)
    {
        var links = new OggLinkReader(start);
        while (links.Next is null && links.Position < file.Length)
        {
            var at = (int)links.Position;
            var length = Math.Min(block, file.Length - at);
            while (!links.Read(file.AsSpan(at, length)) && links.Next is null)
            {
                if (at + length >= file.Length)
                {
                    return null;
                }

                length++;
            }
        }

        return links.Next;
    }

    private static byte[] Page(int body = 1, bool begins = false)
    {
        byte[] sizes = [.. Enumerable.Repeat((byte)255, body / 255), (byte)(body % 255)];
        return [.. "OggS"u8, 0, (byte)(begins ? 2 : 0), .. new byte[20], (byte)sizes.Length, .. sizes, .. Enumerable.Repeat((byte)'x', body)];
    }
}
