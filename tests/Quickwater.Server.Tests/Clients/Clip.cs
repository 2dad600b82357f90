using System.Buffers.Binary;
using Quickwater.Client;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Server.Tests;

/// <summary>The first part of the demo clip, and reading FLV.</summary>
internal static class Clip
{
    private const int HeaderBytes = 13;
    private const int TagHeaderBytes = 11;

    /// <summary>The tags up to a time.</summary>
    public static byte[] Cut(int milliseconds)
    {
        using var demo = DemoClip.Open();
        var all = new byte[demo.Length];
        demo.ReadExactly(all);
        var end = HeaderBytes;
        foreach (var tag in Tags(all).TakeWhile(tag => tag.Milliseconds <= milliseconds))
        {
            end += TagHeaderBytes + tag.Body.Length + 4;
        }

        return all[..end];
    }

    public static Task<ClientFailure> PublishAsync(RunningServer server, string stream, byte[] flv, bool loop = false, CancellationToken stop = default) =>
        new FlvPublisher(() => new MemoryStream(flv), loop, TimeProvider.System).RunAsync(server.Url(stream), new RtmpPublisherOptions(), stop);

    public static async Task<(ClientFailure Result, byte[] Flv)> PlayAsync(RunningServer server, string stream, CancellationToken stop = default)
    {
        var output = new MemoryStream();
        using var player = new FlvPlayer(output);
        var result = await player.RunAsync(server.Url(stream), new RtmpPlayerOptions(), stop);
        return (result, output.ToArray());
    }

    /// <summary>The whole tags of an FLV; what is cut at its end is left out.</summary>
    public static IReadOnlyList<Tag> Tags(byte[] flv)
    {
        Assert.Equal("FLV"u8.ToArray(), flv[..3]);
        var tags = new List<Tag>();
        for (var at = HeaderBytes; at + TagHeaderBytes <= flv.Length;)
        {
            var header = flv.AsSpan(at, TagHeaderBytes);
            var length = (header[1] << 16) | BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
            var time = (header[4] << 16) | BinaryPrimitives.ReadUInt16BigEndian(header[5..]) | (header[7] << 24);
            at += TagHeaderBytes;
            if (at + length > flv.Length)
            {
                break;
            }

            tags.Add(new Tag((FlvTagType)header[0], time, Convert.ToHexString(flv, at, length), length));
            at += length + 4;
        }

        return tags;
    }

    /// <summary>A tag; two with the same bytes are equal.</summary>
    public sealed record Tag(FlvTagType Type, int Milliseconds, string Hex, int Length)
    {
        public byte[] Body => Convert.FromHexString(Hex);
    }
}
