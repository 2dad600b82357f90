using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Interop.Tests;

/// <summary>The clip that the demo plays in a loop: what a viewer of it must get.</summary>
internal sealed class Clip
{
    private readonly Tag[] _media;
    private readonly Dictionary<ulong, int> _keys;

    private Clip(Tag[] media)
    {
        _media = media;
        _keys = media.Index().Where(pair => pair.Item.IsKey).ToDictionary(pair => pair.Item.Hash, pair => pair.Index);
    }

    /// <summary>Reads the clip that ships with the executable.</summary>
    public static Task<Clip> LoadAsync() => LoadAsync(Executable.DemoClip);

    /// <summary>Reads a clip from a file.</summary>
    public static async Task<Clip> LoadAsync(string path) => new([.. (await FlvFile.ReadAsync(path)).Where(tag => !tag.IsConfig)]);

    /// <summary>
    /// What a viewer got must be the decoder configurations, then the clip from one of its key frames on, round and round, with nothing
    /// missing, repeated, changed or out of order. The answer is how many media messages that were.
    /// </summary>
    public int AssertUnbroken(IReadOnlyList<Tag> got)
    {
        Assert.True(got.Count > 0, "nothing came");
        Assert.True(got[0].IsConfig, "it does not begin with the configuration");
        var media = got.Where(tag => !tag.IsConfig).ToArray();
        Assert.NotEmpty(media);
        Assert.True(media[0].IsKey, $"it does not begin at a key frame but with {media[0]}");
        var at = _keys[media[0].Hash];
        var last = new Dictionary<FlvTagType, uint>();
        foreach (var (index, tag) in media.Index())
        {
            var wanted = _media[(at + index) % _media.Length];
            Assert.True(
                (wanted.Type, wanted.Length, wanted.Hash) == (tag.Type, tag.Length, tag.Hash),
                $"media message {index} of {media.Length} is {tag}, not {wanted}");
            Assert.True(
                tag.Timestamp >= last.GetValueOrDefault(tag.Type),
                $"time goes back from {last.GetValueOrDefault(tag.Type)} at media message {index}, {tag}");
            last[tag.Type] = tag.Timestamp;
        }

        return media.Length;
    }
}
