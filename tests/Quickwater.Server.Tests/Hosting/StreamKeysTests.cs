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

    [Fact]
    public void An_empty_key_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("publish.key", "\n");

        Assert.Throws<IOException>(() => StreamKeys.Load(TextList.Empty, folder.Path));
    }
}
