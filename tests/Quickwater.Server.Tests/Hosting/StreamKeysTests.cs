using Quickwater.Testing;

namespace Quickwater.Server.Tests;

[Requirement("RTMP-15.1")]
public sealed class StreamKeysTests
{
    [Fact]
    public void A_key_is_made_once_and_kept_for_its_owner_only()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "data");

        var first = StreamKeys.Load(TextList.Empty, data);
        var second = StreamKeys.Load(TextList.Empty, data);

        Assert.True(first.Made);
        Assert.False(second.Made);
        Assert.Equal(first.Keys, second.Keys);
        Assert.Equal(32, Assert.Single(first.Keys).Length);
        if (!OperatingSystem.IsWindows() && first.File is { } file)
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    [Requirement("RTMP-21.8/access")]
    public void Configured_keys_are_taken_and_no_file_is_made()
    {
        using var folder = new TemporaryFolder();
        var keys = StreamKeys.Load(new TextList(["aaaaaaaa", "bbbbbbbb"]), folder.Path);

        Assert.True(keys.Accepts("aaaaaaaa"));
        Assert.True(keys.Accepts("bbbbbbbb"));
        Assert.False(keys.Accepts("aaaaaaab"));
        Assert.False(keys.Accepts(""));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("two words\n")]
    [InlineData("first-key-of-mine\nsecond-key-of-mine\n")]
    public void A_key_file_without_a_key_is_refused_with_what_to_do(string content)
    {
        using var folder = new TemporaryFolder();
        Private(folder.Write("publish.key", content));

        var error = Assert.Throws<IOException>(() => StreamKeys.Load(TextList.Empty, folder.Path)).Message;

        Assert.Contains("holds no key", error, StringComparison.Ordinal);
        Assert.Contains("Delete it", error, StringComparison.Ordinal);
        Assert.Contains("data.directory", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_that_others_can_read_is_refused_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("publish.key", "first-key-of-mine-1\n");
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var error = Assert.Throws<IOException>(() => StreamKeys.Load(TextList.Empty, folder.Path)).Message;

        Assert.Contains("(mode 604)", error, StringComparison.Ordinal);
        Assert.Contains($"chmod 600 {file}", error, StringComparison.Ordinal);
        Private(file);
        Assert.Equal(["first-key-of-mine-1"], StreamKeys.Load(TextList.Empty, folder.Path).Keys);
    }

    [Fact]
    public void A_folder_that_cannot_be_used_is_named_with_its_setting()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("file", "");

        var error = Assert.Throws<IOException>(() => StreamKeys.Load(TextList.Empty, Path.Combine(file, "data"))).Message;

        Assert.StartsWith($"data.directory: the stream key is kept in {Path.Combine(file, "data")}", error, StringComparison.Ordinal);
        Assert.Contains("rtmp.publishKeys", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_draft_that_a_killed_start_left_is_no_hindrance()
    {
        using var folder = new TemporaryFolder();
        folder.Write($"publish.key.{Environment.ProcessId}.new", "half");

        Assert.True(StreamKeys.Load(TextList.Empty, folder.Path).Made);
        Assert.Equal("publish.key", Path.GetFileName(Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path))));
    }

    private static void Private(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
