using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Interop.Tests;

/// <summary>The tags of an FLV file, read by the library.</summary>
internal static class FlvFile
{
    private const int TagBytesMax = 16 * 1024 * 1024;

    /// <summary>Reads a file to its end, which must not cut a tag.</summary>
    public static Task<IReadOnlyList<Tag>> ReadAsync(string path) =>
        ReadAsync(path, static tag => TagSink.Read(tag.Type, tag.Timestamp, tag.Payload.Span));

    /// <summary>The same, with what is to be kept of each tag; its payload is gone afterwards.</summary>
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(string path, Func<FlvTag, T> keep)
    {
        var bytes = await File.ReadAllBytesAsync(path);
        var reader = new FlvReader(TagBytesMax, new PooledBytes.Pool(new LeakCounters()));
        var tags = new List<T>();
        for (var at = 0; ;)
        {
            var status = reader.Read(bytes.AsSpan(at), out var consumed, out var tag);
            at += consumed;
            if (status != WireReadStatus.Item)
            {
                Assert.Equal(Reason.None, reader.Failure);
                Assert.Equal(bytes.Length, at);
                Assert.True(reader.IsBetweenTags);
                return tags;
            }

            tags.Add(keep(tag));
            tag.Payload.Release();
        }
    }
}
