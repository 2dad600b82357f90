using System.Text;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class Amf0Tests
{
    [Fact]
    [Requirement("RTMP-3.8/written")]
    public void Every_type_has_the_bytes_of_the_specification()
    {
        var bytes = Written((ref Amf0Writer writer) =>
        {
            writer.WriteNumber(1);
            writer.WriteBoolean(true);
            writer.WriteString("ab");
            writer.BeginObject();
            writer.WriteKey("k");
            writer.WriteNull();
            writer.EndObject();
            writer.WriteUndefined();
            writer.WriteReference(258);
            writer.BeginEcmaArray(1);
            writer.WriteKey("k"u8);
            writer.WriteBoolean(false);
            writer.EndObject();
            writer.BeginStrictArray(2);
            writer.WriteNull();
            writer.WriteNull();
            writer.WriteDate(1, 60);
            writer.WriteXmlDocument("<a/>");
            writer.BeginTypedObject("C");
            writer.EndObject();
        });

        Assert.Equal(
            "003FF0000000000000" + "0101" + "0200026162" + "0300016B05000009" + "06" + "070102" + "080000000100016B0100000009"
                + "0A000000020505" + "0B3FF0000000000000003C" + "0F000000043C612F3E" + "10000143000009",
            Convert.ToHexString(bytes));
        Assert.Equal(
            "Number Boolean String BeginObject Key Null EndObject Undefined Reference BeginEcmaArray Key Boolean EndObject "
                + "BeginStrictArray Null Null EndArray Date XmlDocument BeginTypedObject EndObject",
            Tokens(bytes));
    }

    [Fact]
    [Requirement("RTMP-3.8/read")]
    public void Values_are_read_as_they_were_written()
    {
        var text = new string('x', 65_535);
        var bytes = Written((ref Amf0Writer writer) =>
        {
            writer.WriteNumber(-1.5);
            writer.WriteString("grüße"u8);
            writer.WriteString(text);
            writer.WriteString(text + "y");
            writer.WriteDate(1e12, -60);
            writer.WriteReference(65_535);
        });
        var reader = new Amf0Reader(bytes, RtmpLimits.Default);

        Assert.True(reader.ReadNumber(out var number));
        Assert.Equal(-1.5, number);
        Assert.True(reader.ReadString(out var utf8));
        Assert.Equal("grüße", Encoding.UTF8.GetString(utf8));
        Assert.True(reader.ReadString(out var longest));
        Assert.Equal(65_535, longest.Length);
        Assert.True(reader.ReadString(out var longer));
        Assert.Equal(65_536, longer.Length);
        Assert.True(reader.Read());
        Assert.Equal((1e12, (short)-60), (reader.Number, reader.TimeZone));
        Assert.True(reader.Read());
        Assert.Equal(65_535, reader.Count);
        Assert.False(reader.Read());
        Assert.Equal(Reason.None, reader.Error.Code);
        Assert.Equal(bytes.Length, reader.Offset);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Requirement("RTMP-3.8")]
    [Requirement("RTMP-21.8/amf")]
    public void Any_tree_survives_a_round_trip(ulong seed)
    {
        var rng = new Rng(seed);
        for (var round = 0; round < 300; round++)
        {
            var tree = AmfTrees.Amf0(rng, 4);
            var bytes = Written((ref Amf0Writer writer) => writer.Write(tree));
            var reader = new Amf0Reader(bytes, RtmpLimits.Default);

            Assert.True(AmfValue.TryRead(ref reader, out var read), reader.Error.ToString());

            Assert.Equal(bytes.Length, reader.Offset);
            Assert.Equal(bytes, Written((ref Amf0Writer writer) => writer.Write(read)));
            Assert.Equal(AmfTrees.Dump(tree), AmfTrees.Dump(read));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Requirement("RTMP-3.10")]
    public void Truncated_at_any_byte_it_is_an_error_or_an_orderly_end(ulong seed)
    {
        var rng = new Rng(seed);
        for (var round = 0; round < 30; round++)
        {
            var tree = AmfValue.Object(new AmfMember("first", AmfTrees.Amf0(rng, 3)), new AmfMember("second", AmfTrees.Amf0(rng, 3)));
            var bytes = Written((ref Amf0Writer writer) => writer.Write(tree));
            for (var length = 1; length < bytes.Length; length++)
            {
                var reader = new Amf0Reader(bytes.AsSpan(0, length), RtmpLimits.Default);
                Assert.False(AmfValue.TryRead(ref reader, out _));
                Assert.Equal(Reason.MalformedAmf, reader.Error.Code);
                Assert.InRange(reader.Error.Offset, 0, length);
            }
        }
    }

    [Fact]
    [Requirement("RTMP-3.10")]
    public void An_error_says_what_and_at_which_byte()
    {
        Assert.Equal(new AmfError(Reason.MalformedAmf, 2), ErrorOf([1, 1, 0x0E]));
        Assert.Equal(new AmfError(Reason.MalformedAmf, 2), ErrorOf([5, 0x11]));
        Assert.Equal(new AmfError(Reason.MalformedAmf, 1), ErrorOf([5, 2, 0, 9, 1]));
        Assert.Equal(new AmfError(Reason.MalformedAmf, 4), ErrorOf([3, 0, 1, 0x6B]));
        Assert.Equal("an AMF value broke its rules at byte 2", ErrorOf([1, 1, 0x0E]).ToString());
    }

    [Fact]
    [Requirement("RTMP-3.11/depth")]
    [Requirement("RTMP-21.8/amf")]
    public void Nesting_is_bounded_at_32_levels()
    {
        Assert.Equal(Reason.None, ErrorOf(Nested(32)).Code);
        Assert.Equal(new AmfError(Reason.AmfTooDeep, 32 * 4), ErrorOf(Nested(33)));
        Assert.Equal(Reason.AmfTooDeep, ErrorOf(Nested(10_000)).Code);
        var reader = new Amf0Reader(Nested(10_000), RtmpLimits.Default);
        Assert.False(AmfValue.TryRead(ref reader, out _));
        Assert.Equal(Reason.AmfTooDeep, ErrorOf([.. Enumerable.Repeat(new byte[] { 0x0A, 0, 0, 0, 1 }, 10_000).SelectMany(b => b)]).Code);
    }

    [Fact]
    [Requirement("RTMP-3.11/strings")]
    public void Strings_are_bounded_at_64_kilobytes()
    {
        Assert.Equal(Reason.None, ErrorOf([0x0C, 0, 1, 0, 0, .. new byte[65_536]]).Code);
        Assert.Equal(new AmfError(Reason.AmfTooLarge, 0), ErrorOf([0x0C, 0, 1, 0, 1, .. new byte[65_537]]));
        Assert.Equal(new AmfError(Reason.AmfTooLarge, 1), ErrorOf([5, 0x0F, 0xFF, 0xFF, 0xFF, 0xFF]));
    }

    [Fact]
    [Requirement("RTMP-3.11/elements")]
    public void Elements_are_bounded()
    {
        Assert.Equal(Reason.None, ErrorOf([.. Enumerable.Repeat((byte)5, 4096)]).Code);
        Assert.Equal(new AmfError(Reason.AmfTooLarge, 4096), ErrorOf([.. Enumerable.Repeat((byte)5, 4097)]));
        Assert.Equal(new AmfError(Reason.AmfTooLarge, 0), ErrorOf([0x0A, 0x7F, 0xFF, 0xFF, 0xFF]));
        Assert.Equal(new AmfError(Reason.MalformedAmf, 0), ErrorOf([0x0A, 0, 0, 0, 9, 5]));
        Assert.Equal(Reason.None, ErrorOf([8, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 9]).Code);
    }

    [Fact]
    public void An_ecma_array_may_lie_about_its_count_and_lack_its_end()
    {
        Assert.Equal("BeginEcmaArray Key Null EndObject Null", Tokens([8, 0, 0, 0, 0, 0, 1, 0x6B, 5, 0, 0, 9, 5]));
        Assert.Equal("BeginEcmaArray Key Null EndObject", Tokens([8, 0, 0, 0, 1, 0, 1, 0x6B, 5]));
        Assert.Equal(Reason.MalformedAmf, ErrorOf([8, 0, 0, 0, 2, 0, 1, 0x6B, 5]).Code);
    }

    [Fact]
    public void A_member_may_have_an_empty_name()
    {
        Assert.Equal("BeginObject Key Null EndObject", Tokens([3, 0, 0, 5, 0, 0, 9]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Broken_values_never_throw_and_always_end(ulong seed)
    {
        var rng = new Rng(seed);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = Written((ref Amf0Writer writer) => writer.Write(AmfTrees.Amf0(rng, 3)));
            for (var i = rng.Between(1, 4); i > 0; i--)
            {
                bytes[rng.Below(bytes.Length)] = (byte)rng.Below(20);
            }

            var reader = new Amf0Reader(bytes, RtmpLimits.Default);
            while (AmfValue.TryRead(ref reader, out var value))
            {
                Written((ref Amf0Writer writer) => writer.Write(value));
            }

            Assert.InRange(reader.Error.Offset, 0, bytes.Length);
        }
    }

    [Fact]
    public void A_span_that_is_too_small_overflows_quietly()
    {
        var whole = Written((ref Amf0Writer writer) => writer.Write(AmfValue.Object(new AmfMember("key", AmfValue.Of("value")))));
        for (var length = 0; length < whole.Length; length++)
        {
            var writer = new Amf0Writer(new byte[length]);
            writer.Write(AmfValue.Object(new AmfMember("key", AmfValue.Of("value"))));
            Assert.True(writer.Overflowed);
        }
    }

    [Fact]
    public void A_name_that_cannot_be_written_overflows_quietly()
    {
        var writer = new Amf0Writer(new byte[100_000]);

        writer.WriteKey(new string('k', 65_536));

        Assert.True(writer.Overflowed);
    }

    private delegate void Write(ref Amf0Writer writer);

    private static byte[] Written(Write write)
    {
        var writer = new Amf0Writer(new byte[300_000]);
        write(ref writer);
        Assert.False(writer.Overflowed);
        return writer.Written.ToArray();
    }

    private static string Tokens(byte[] bytes)
    {
        var reader = new Amf0Reader(bytes, RtmpLimits.Default);
        var tokens = new List<Amf0Token>();
        while (reader.Read())
        {
            tokens.Add(reader.Token);
        }

        Assert.Equal(Reason.None, reader.Error.Code);
        return string.Join(' ', tokens);
    }

    private static AmfError ErrorOf(byte[] bytes)
    {
        var reader = new Amf0Reader(bytes, RtmpLimits.Default);
        while (reader.Read())
        {
        }

        return reader.Error;
    }

    // So many objects, each the member "k" of the one before.
    private static byte[] Nested(int depth) =>
    [
        .. Enumerable.Repeat(new byte[] { 3, 0, 1, 0x6B }, depth - 1).SelectMany(b => b),
        3,
        .. Enumerable.Repeat(new byte[] { 0, 0, 9 }, depth).SelectMany(b => b),
    ];
}
