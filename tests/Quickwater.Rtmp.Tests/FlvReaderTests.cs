using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class FlvReaderTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Header_and_tags_have_the_bytes_of_the_specification()
    {
        var file = new byte[FlvWriter.HeaderBytes + FlvWriter.Measure(2)];

        var at = FlvWriter.WriteHeader(file, hasAudio: true, hasVideo: true);
        FlvWriter.Encode(file.AsSpan(at), FlvTagType.Video, 0x01020304, [0xAA, 0xBB]);

        Assert.Equal("464C5601050000000900000000" + "09000002" + "02030401" + "000000" + "AABB" + "0000000D", Convert.ToHexString(file));
    }

    [Fact]
    public void Tags_are_read_back_at_every_split()
    {
        var file = File(new Rng(3), 6, out var expected);
        for (var cut = 0; cut <= file.Length; cut++)
        {
            var reader = new FlvReader(1000, _world.Pool);
            Assert.Equal(expected, Feed(reader, file, cut));
            Assert.True(reader.IsBetweenTags);
            Assert.Equal(0, reader.WrongSizes);
            Assert.True(reader.DeclaresAudio && !reader.DeclaresVideo);
            reader.Release();
        }

        var slow = new FlvReader(1000, _world.Pool);
        int[] everywhere = [.. Enumerable.Range(0, file.Length)];
        Assert.Equal(expected, Feed(slow, file, everywhere));
        slow.Release();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_tags_survive_a_round_trip(ulong seed)
    {
        var rng = new Rng(seed);
        for (var round = 0; round < 50; round++)
        {
            var file = File(rng, rng.Below(10), out var expected, 30_000);
            int[] cuts = [.. Enumerable.Range(0, rng.Below(20)).Select(_ => rng.Below(file.Length)).Order()];
            var reader = new FlvReader(RtmpLimits.WireMessageBytesMax, _world.Pool);
            Assert.Equal(expected, Feed(reader, file, cuts));
            reader.Release();
        }
    }

    [Fact]
    public void A_longer_header_is_passed_over_and_wrong_sizes_are_noted()
    {
        byte[] file = [.. "FLV"u8, 1, 1, 0, 0, 0, 12, 9, 9, 9, 0, 0, 0, 1, 8, 0, 0, 1, 0, 0, 5, 0, 0, 0, 0, 7, 0xFF, 0xFF, 0xFF, 0xFF];
        var reader = new FlvReader(1000, _world.Pool);

        Assert.Equal(["Audio 5 07"], Feed(reader, file));

        Assert.Equal(2, reader.WrongSizes);
        Assert.True(reader.DeclaresVideo);
        reader.Release();
    }

    [Theory]
    [InlineData("464C57", Reason.MalformedContainer)]
    [InlineData("52", Reason.MalformedContainer)]
    [InlineData("464C56010500000008", Reason.MalformedContainer)]
    [InlineData("464C560105FFFFFFFF", Reason.MalformedContainer)]
    [InlineData("464C5601050000000900000000" + "090003E90000000000000000", Reason.MessageTooLarge)]
    public void What_is_not_flv_or_too_large_is_refused(string hex, Reason why)
    {
        var reader = new FlvReader(1000, _world.Pool);

        Feed(reader, Convert.FromHexString(hex));

        Assert.Equal(why, reader.Failure);
        reader.Release();
        Assert.Equal(why, reader.Failure);
    }

    [Fact]
    public void A_declared_length_costs_no_memory_and_an_unfinished_tag_is_let_go()
    {
        byte[] file = [.. "FLV"u8, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0, 9, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3];
        var reader = new FlvReader(RtmpLimits.WireMessageBytesMax, _world.Pool);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Empty(Feed(reader, file));

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
        Assert.False(reader.IsBetweenTags);
        reader.Release();
        reader.Release();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Broken_files_never_throw_or_leak(ulong seed)
    {
        var rng = new Rng(seed);
        for (var round = 0; round < 2000; round++)
        {
            var file = File(rng, 4, out _);
            for (var i = rng.Between(1, 4); i > 0; i--)
            {
                file[rng.Below(file.Length)] = (byte)rng.Next();
            }

            var reader = new FlvReader(1 << 20, _world.Pool);
            Feed(reader, file, rng.Below(file.Length));
            reader.Release();
        }
    }

    private static byte[] File(Rng rng, int tags, out List<string> expected, int bodyMax = 30)
    {
        var file = new List<byte>();
        var header = new byte[FlvWriter.HeaderBytes];
        FlvWriter.WriteHeader(header, hasAudio: true, hasVideo: false);
        file.AddRange(header);
        expected = [];
        for (var i = 0; i < tags; i++)
        {
            var body = new byte[rng.Below(bodyMax)];
            rng.Fill(body);
            var type = rng.Chance(0.5) ? FlvTagType.Audio : rng.Chance(0.5) ? FlvTagType.Video : FlvTagType.Script;
            var time = (uint)rng.Next();
            var tag = new byte[FlvWriter.Measure(body.Length)];
            Assert.Equal(tag.Length, FlvWriter.Encode(tag, type, time, body));
            file.AddRange(tag);
            expected.Add($"{type} {time} {Convert.ToHexString(body)}");
        }

        return [.. file];
    }

    private static List<string> Feed(FlvReader reader, ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> ends)
    {
        var tags = new List<string>();
        var from = 0;
        for (var i = 0; i <= ends.Length; i++)
        {
            var end = i < ends.Length ? ends[i] : bytes.Length;
            WireReadStatus status;
            do
            {
                status = reader.Read(bytes[from..end], out var consumed, out var tag);
                from += consumed;
                if (status == WireReadStatus.Item)
                {
                    tags.Add($"{tag.Type} {tag.Timestamp} {Convert.ToHexString(tag.Payload.Span)}");
                    tag.Payload.Release();
                }
            }
            while (status == WireReadStatus.Item);

            Assert.Equal(reader.Failure == Reason.None ? WireReadStatus.NeedMore : WireReadStatus.Failed, status);
            Assert.True(status == WireReadStatus.Failed || end - from <= 10, "more than a header was left");
        }

        return tags;
    }
}
