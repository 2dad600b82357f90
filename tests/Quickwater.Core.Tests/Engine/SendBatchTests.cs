using System.Text;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

[Requirement("RTMP-6.2")]
public sealed class SendBatchTests
{
    private readonly SendBatch _batch = new();
    private readonly Owner _owner = new();

    public SendBatchTests() => _batch.Begin(64 * 1024);

    [Fact]
    public void Copies_become_one_contiguous_piece_of_their_own()
    {
        var bytes = "hello "u8.ToArray();
        _batch.Write(bytes);
        bytes.AsSpan().Clear();
        _batch.Write("world"u8);
        Assert.Equal(1, _batch.Parts);
        Assert.True(_batch.TryContiguous(out var whole));
        Assert.Equal("hello world", Encoding.ASCII.GetString(whole.Span));
        Assert.Equal(64 * 1024 - 11, _batch.Room);
    }

    [Fact]
    public void An_array_that_is_taken_over_is_sent_as_it_is_and_what_follows_joins_it()
    {
        var rented = System.Buffers.ArrayPool<byte>.Shared.Rent(4096);
        "-hello"u8.CopyTo(rented);
        _batch.Adopt(rented, 1, 5);
        Assert.True(_batch.TryContiguous(out var whole));
        Assert.True(whole.Span == rented.AsSpan(1, 5), "not the array itself");
        _batch.Write(" world"u8);
        _batch.Write(new byte[8192]);
        Assert.Equal((1, 8203), (_batch.Parts, _batch.Bytes));
        Assert.Equal("hello world", Encoding.ASCII.GetString(Content().AsSpan(0, 11)));
        Assert.Throws<InvalidOperationException>(() => _batch.Adopt(new byte[16], 0, 1));
        _batch.Release();
        Assert.True(_batch.IsEmpty);
    }

    [Fact]
    public void Adjacent_slices_of_one_owner_merge_into_one_reference()
    {
        var shared = Numbered(100_000);
        _batch.Reference(shared.AsMemory(0, 30_000), _owner);
        _batch.Reference(shared.AsMemory(30_000, 20_000), _owner);
        Assert.Equal((1, 1, 50_000), (_batch.Parts, _owner.References, _batch.Bytes));
        Assert.True(_batch.TryContiguous(out var whole));
        Assert.True(whole.Span == shared.AsSpan(0, 50_000), "not the shared memory itself");

        _batch.Reference(shared.AsMemory(60_000, 10), _owner);
        var other = new Owner();
        _batch.Reference(shared.AsMemory(60_010, 10), other);
        Assert.Equal((3, 2, 1), (_batch.Parts, _owner.References, other.References));
        _batch.Release();
        Assert.Equal((0, 0), (_owner.References, other.References));
    }

    [Fact]
    public void Small_mixed_batches_are_flattened_and_let_their_references_go()
    {
        var shared = Numbered(2000);
        _batch.Write("head"u8);
        _batch.Reference(shared.AsMemory(5, 1000), _owner);
        _batch.Write("tail"u8);
        Assert.Equal(3, _batch.Parts);
        var expected = Content();
        Assert.True(_batch.TryContiguous(out var whole));
        Assert.Equal(expected, whole.ToArray());
        Assert.Equal((1, 1008, 0), (_batch.Parts, _batch.Bytes, _owner.References));
        Assert.Equal(expected, Content());
    }

    [Fact]
    public void Large_mixed_batches_are_gathered_in_order()
    {
        var shared = Numbered(40_000);
        _batch.Write("a"u8);
        _batch.Reference(shared.AsMemory(0, 20_000), _owner);
        _batch.Write("b"u8);
        _batch.Reference(shared.AsMemory(20_000, 20_000), _owner);
        _batch.Write("c"u8);
        Assert.False(_batch.TryContiguous(out _));
        var gathered = _batch.Gather().SelectMany(piece => piece).ToArray();
        Assert.Equal([(byte)'a', .. shared[..20_000], (byte)'b', .. shared[20_000..], (byte)'c'], gathered);
        Assert.Equal(gathered, Content());
        Assert.Equal(5, _batch.Gather().Count);
    }

    [Fact]
    public void A_release_lets_go_of_each_reference_exactly_once()
    {
        var shared = Numbered(100);
        for (var i = 0; i < 10; i++)
        {
            _batch.Reference(shared.AsMemory(i * 10, 5), _owner);
        }

        Assert.Equal(10, _owner.References);
        _batch.Release();
        _batch.Release();
        Assert.Equal((0, 0, true), (_owner.References, _batch.Bytes, _batch.IsEmpty));
        _batch.Begin(10);
        _batch.Write("x"u8);
        Assert.Throws<InvalidOperationException>(() => _batch.Begin(10));
    }

    [Fact]
    public void Room_ends_with_the_bytes_or_with_the_parts()
    {
        _batch.Release();
        _batch.Begin(10);
        _batch.Write("0123456"u8);
        Assert.Equal(3, _batch.Room);
        _batch.Write("78901"u8);
        Assert.True(_batch.Room <= 0);

        _batch.Release();
        _batch.Begin(1_000_000);
        var shared = Numbered(1000);
        for (var i = 0; i < SendBatch.PartsMax; i++)
        {
            Assert.True(_batch.Room > 0);
            _batch.Reference(shared.AsMemory(i * 2, 1), _owner);
        }

        Assert.Equal(0, _batch.Room);
    }

    [Fact]
    public void Reserved_bytes_count_only_when_committed_and_survive_growth()
    {
        var expected = new List<byte>();
        var shared = Numbered(10);
        for (var i = 0; i < 20; i++)
        {
            var span = _batch.Reserve(1000);
            span.Fill((byte)i);
            _batch.Commit(700);
            expected.AddRange(Enumerable.Repeat((byte)i, 700));
            _batch.Reference(shared.AsMemory(0, 3), _owner);
            expected.AddRange(shared[..3]);
        }

        Assert.Equal(expected, Content());
        Assert.Equal(expected.Count, _batch.Bytes);
    }

    [Fact]
    public void Nothing_adds_nothing()
    {
        _batch.Write([]);
        _batch.Reference(ReadOnlyMemory<byte>.Empty, _owner);
        Assert.Equal((0, true, 0), (_batch.Parts, _batch.IsEmpty, _owner.References));
        Assert.True(_batch.TryContiguous(out var whole));
        Assert.True(whole.IsEmpty);
    }

    private static byte[] Numbered(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 7))];

    private byte[] Content()
    {
        var bytes = new byte[_batch.Bytes];
        _batch.CopyTo(bytes);
        return bytes;
    }

    private sealed class Owner : ISharedBytes
    {
        internal int References { get; private set; }

        public void Retain() => References++;

        public void Release() => References = References > 0 ? References - 1 : throw new InvalidOperationException("Released too often.");
    }
}
