using System.Text;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class Amf3Tests
{
    // Bytes put together by hand from the AMF3 specification, sections 3.2 to 3.16.
    public static TheoryData<string, AmfValue> Golden => new()
    {
        { "00", AmfValue.Undefined },
        { "01", AmfValue.Null },
        { "02", AmfValue.Of(false) },
        { "03", AmfValue.Of(true) },
        { "0400", AmfValue.Of(0) },
        { "047F", AmfValue.Of(127) },
        { "048100", AmfValue.Of(128) },
        { "04FF7F", AmfValue.Of(16_383) },
        { "04818000", AmfValue.Of(16_384) },
        { "0480C08000", AmfValue.Of(2_097_152) },
        { "04BFFFFFFF", AmfValue.Of((1 << 28) - 1) },
        { "04C0808000", AmfValue.Of(-(1 << 28)) },
        { "04FFFFFFFF", AmfValue.Of(-1) },
        { "0541B0000000000000", AmfValue.Of(1 << 28) },
        { "058000000000000000", AmfValue.Of(-0.0) },
        { "053FE0000000000000", AmfValue.Of(0.5) },
        { "0601", AmfValue.Of("") },
        { "0607616263", AmfValue.Of("abc") },
        { "07093C612F3E", AmfValue.XmlDocument("<a/>") },
        { "0801426D1A94A2000000", AmfValue.Date(1e12) },
        { "090501" + "01" + "03", AmfValue.StrictArray(AmfValue.Null, AmfValue.Of(true)) },
        { "0903" + "0361" + "02" + "01" + "01", AmfValue.MixedArray([new AmfMember("a", AmfValue.Of(false))], [AmfValue.Null]) },
        { "0A0B01" + "0361" + "01" + "01", AmfValue.Object(new AmfMember("a", AmfValue.Null)) },
        {
            "0A23" + "0343" + "0361" + "0362" + "01" + "03",
            AmfValue.SealedObject("C", 2, false, new AmfMember("a", AmfValue.Null), new AmfMember("b", AmfValue.Of(true)))
        },
        {
            "0A1B" + "0343" + "0361" + "01" + "0362" + "03" + "01",
            AmfValue.SealedObject("C", 1, true, new AmfMember("a", AmfValue.Null), new AmfMember("b", AmfValue.Of(true)))
        },
        {
            "0A0743" + Hex("flex.messaging.io.ArrayCollection") + "090301" + "01",
            AmfValue.Externalizable("flex.messaging.io.ArrayCollection", AmfValue.StrictArray(AmfValue.Null))
        },
        {
            "0A0737" + Hex("flex.messaging.io.ArrayList") + "090101",
            AmfValue.Externalizable("flex.messaging.io.ArrayList", AmfValue.StrictArray())
        },
        {
            "0A073B" + Hex("flex.messaging.io.ObjectProxy") + "0A0B0101",
            AmfValue.Externalizable("flex.messaging.io.ObjectProxy", AmfValue.Object())
        },
        { "0B093C612F3E", AmfValue.Xml("<a/>") },
        { "0C07010203", AmfValue.ByteArray(new byte[] { 1, 2, 3 }) },
        { "0D0500" + "00000001" + "FFFFFFFF", AmfValue.Vector(AmfKind.VectorInt, false, [AmfValue.Of(1), AmfValue.Of(-1)]) },
        { "0E0501" + "00000001" + "FFFFFFFF", AmfValue.Vector(AmfKind.VectorUInt, true, [AmfValue.Of(1), AmfValue.Of(uint.MaxValue)]) },
        { "0F0300" + "3FE0000000000000", AmfValue.Vector(AmfKind.VectorDouble, false, [AmfValue.Of(0.5)]) },
        { "100500" + "0343" + "01" + "0401", AmfValue.Vector(AmfKind.VectorObject, false, [AmfValue.Null, AmfValue.Of(1)], "C") },
        { "110301" + "060361" + "0401", AmfValue.Dictionary(true, AmfValue.Of("a"), AmfValue.Of(1)) },
    };

    [Theory]
    [MemberData(nameof(Golden), DisableDiscoveryEnumeration = true)]
    [Requirement("RTMP-3.9")]
    public void Every_type_has_the_bytes_of_the_specification(string hex, AmfValue value)
    {
        Assert.Equal(AmfTrees.Dump(value), AmfTrees.Dump(Read(hex)));
        Assert.Equal(hex, Written(value));
    }

    [Fact]
    [Requirement("RTMP-3.9")]
    public void A_number_may_be_an_integer_or_a_double()
    {
        Assert.Equal(5, Read("054014000000000000").Number);
        Assert.Equal(268_435_456, Read("0541B0000000000000").Number);
        Assert.Equal(1, Read("0480808001").Number); // in more bytes than it needs
    }

    [Theory]
    [InlineData("090501" + "060361" + "0600", "a a")] // a string
    [InlineData("090701" + "0601" + "060361" + "0600", " a a")] // the empty string has no place in the table
    [InlineData("090501" + "08010000000000000000" + "0802", "0 0")] // a date; the array itself is the first object
    [InlineData("090501" + "07093C612F3E" + "0702", "<a/> <a/>")]
    [InlineData("090501" + "0C0301" + "0C02", "[1 bytes] [1 bytes]")]
    [InlineData("090501" + "0A0B0101" + "0A02", "{0 members} {0 members}")]
    [InlineData("090501" + "0A130343" + "0361" + "01" + "0A01" + "03", "{1 members} {1 members}")] // a class
    [InlineData("090501" + "0B093C612F3E" + "0B02", "<a/> <a/>")]
    [InlineData("090501" + "110100" + "1102", "{0 entries} {0 entries}")]
    [InlineData("090501" + "0D0100" + "0D02", "[0 values] [0 values]")]
    [InlineData("090501" + "0A1303430361" + "01" + "0A1300" + "056262" + "01", "{1 members} {1 members}")] // a class name in the table
    [Requirement("RTMP-3.9")]
    public void References_are_followed(string hex, string texts)
    {
        var array = Read(hex);

        Assert.Equal(texts, string.Join(' ', array.Items));
        Assert.Equal(AmfTrees.Dump(array), AmfTrees.Dump(Read(Written(array))));
    }

    [Fact]
    [Requirement("RTMP-3.9")]
    public void What_repeats_is_written_as_a_reference()
    {
        var shared = AmfValue.SealedObject("C", 1, false, new AmfMember("a", AmfValue.Of("text")));
        var alike = AmfValue.SealedObject("C", 1, false, new AmfMember("a", AmfValue.Of("text")));

        Assert.Equal(
            "090701" + "0A130343036106" + "0974657874" + "0A02" + "0A01" + "0604",
            Written(AmfValue.StrictArray(shared, shared, alike)));
    }

    [Fact]
    [Requirement("RTMP-3.9")]
    public void A_container_in_itself_is_a_reference_that_nobody_must_follow()
    {
        const string Hex = "0A0B01" + "0373" + "090301" + "0A00" + "01"; // an object whose array holds the object
        var value = Read(Hex);

        var inner = value["s"].Items[0];
        Assert.Equal(AmfKind.Reference, inner.Kind);
        Assert.Same(value, inner.Target);
        Assert.Equal(Hex, Written(value));
    }

    [Theory]
    [InlineData("0600", 1)] // a string
    [InlineData("0900", 0)] // an object
    [InlineData("0A01", 0)] // a class
    [InlineData("090301" + "0602", 4)]
    [Requirement("RTMP-3.12")]
    public void References_do_not_reach_into_an_earlier_message(string hex, int offset)
    {
        _ = Read("090701" + "060361" + "0A1303430361" + "01" + "01");

        Assert.Equal(new AmfError(Reason.MalformedAmf, offset), ErrorOf(hex));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [Requirement("RTMP-3.9")]
    public void Any_tree_survives_a_round_trip(ulong seed)
    {
        var rng = new Rng(seed);
        for (var round = 0; round < 300; round++)
        {
            var tree = AmfTrees.Amf3(rng, 4);
            var hex = Written(tree);
            var read = Read(hex);

            Assert.Equal(hex, Written(read));
            if (tree.Kind != AmfKind.EcmaArray || tree.Members.Count > 0) // without names it is a plain array
            {
                Assert.Equal(AmfTrees.Dump(tree), AmfTrees.Dump(read));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Requirement("RTMP-3.10")]
    public void Truncated_at_any_byte_it_is_an_error(ulong seed)
    {
        var rng = new Rng(seed);
        for (var round = 0; round < 40; round++)
        {
            var bytes = Convert.FromHexString(Written(AmfTrees.Amf3(rng, 3)));
            for (var length = 1; length < bytes.Length; length++)
            {
                var reader = new Amf3Reader(bytes.AsSpan(0, length), RtmpLimits.Default);
                Assert.False(reader.TryRead(out _));
                Assert.Equal(Reason.MalformedAmf, reader.Error.Code);
                Assert.InRange(reader.Error.Offset, 0, length);
            }
        }
    }

    [Theory]
    [InlineData("12", Reason.MalformedAmf, 0)] // no such marker
    [InlineData("090301" + "FF", Reason.MalformedAmf, 3)]
    [InlineData("0A0703" + "43" + "0401", Reason.UnknownAmfClass, 0)]
    [InlineData("090301" + "0A070343", Reason.UnknownAmfClass, 3)]
    [InlineData("09FFFFFFFF01", Reason.AmfTooLarge, 0)]
    [InlineData("0AFFFFFFFB01", Reason.AmfTooLarge, 0)] // sealed names by the million
    [InlineData("0DFFFFFFFF00", Reason.AmfTooLarge, 0)]
    [InlineData("11FFFFFFFF00", Reason.AmfTooLarge, 0)]
    [InlineData("06FFFFFFFF", Reason.AmfTooLarge, 1)]
    [InlineData("0CFFFFFFFF", Reason.AmfTooLarge, 0)]
    [InlineData("0BFFFFFFFF", Reason.AmfTooLarge, 0)]
    [InlineData("090F0101", Reason.MalformedAmf, 0)] // seven values in a byte
    [Requirement("RTMP-3.10")]
    [Requirement("RTMP-3.11")]
    public void An_error_says_what_and_at_which_byte(string hex, Reason code, int offset) =>
        Assert.Equal(new AmfError(code, offset), ErrorOf(hex));

    [Fact]
    [Requirement("RTMP-3.11")]
    public void Nesting_is_bounded_at_32_levels()
    {
        Assert.Equal(Reason.None, ErrorOf(string.Concat(Enumerable.Repeat("090301", 31)) + "090101").Code);
        Assert.Equal(new AmfError(Reason.AmfTooDeep, 96), ErrorOf(string.Concat(Enumerable.Repeat("090301", 33)) + "01"));
        Assert.Equal(Reason.AmfTooDeep, ErrorOf(string.Concat(Enumerable.Repeat("110301" + "01", 10_000))).Code);
        Assert.Equal(Reason.AmfTooDeep, ErrorOf(string.Concat(Enumerable.Repeat("0A0B01" + "0361", 10_000))).Code);
    }

    // Twenty arrays, each with the one before twice: a million values if somebody walked them.
    [Fact]
    [Requirement("RTMP-3.11")]
    public void A_reference_costs_what_it_refers_to()
    {
        var bomb = "092B01" + "090501" + "01" + "01";
        for (var i = 1; i < 21; i++)
        {
            bomb += "090501" + $"09{i * 2:X2}" + $"09{i * 2:X2}";
        }

        Assert.Equal(Reason.AmfTooLarge, ErrorOf(bomb).Code);

        // And one level in each: 31 levels are referred to from the second.
        Assert.Equal(Reason.AmfTooDeep, ErrorOf("090501" + string.Concat(Enumerable.Repeat("090301", 30)) + "01" + "090301" + "090301" + "0902").Code);
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
            var bytes = Convert.FromHexString(Written(AmfTrees.Amf3(rng, 3)));
            for (var i = rng.Between(1, 4); i > 0; i--)
            {
                bytes[rng.Below(bytes.Length)] = (byte)(rng.Chance(0.7) ? rng.Below(20) : rng.Below(256));
            }

            var reader = new Amf3Reader(bytes, RtmpLimits.Default);
            while (reader.TryRead(out var value))
            {
                new Amf3Writer(new byte[100_000]).Write(value);
            }

            Assert.InRange(reader.Error.Offset, 0, bytes.Length);
        }
    }

    [Fact]
    public void A_span_that_is_too_small_overflows_quietly()
    {
        var tree = AmfValue.Object(new AmfMember("key", AmfValue.StrictArray(AmfValue.Of("value"), AmfValue.Of(0.5))));
        var whole = Written(tree).Length / 2;
        for (var length = 0; length < whole; length++)
        {
            var writer = new Amf3Writer(new byte[length]);
            writer.Write(tree);
            Assert.True(writer.Overflowed);
        }
    }

    [Fact]
    public void A_member_with_an_empty_name_cannot_be_said()
    {
        var writer = new Amf3Writer(new byte[100]);

        writer.Write(AmfValue.Object(new AmfMember("", AmfValue.Null)));

        Assert.True(writer.Overflowed);
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    private static AmfValue Read(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var reader = new Amf3Reader(bytes, RtmpLimits.Default);
        Assert.True(reader.TryRead(out var value), reader.Error.ToString());
        Assert.Equal(bytes.Length, reader.Offset);
        Assert.False(reader.TryRead(out _));
        Assert.Equal(Reason.None, reader.Error.Code);
        return value;
    }

    private static AmfError ErrorOf(string hex)
    {
        var reader = new Amf3Reader(Convert.FromHexString(hex), RtmpLimits.Default);
        while (reader.TryRead(out _))
        {
        }

        return reader.Error;
    }

    private static string Written(AmfValue value)
    {
        var writer = new Amf3Writer(new byte[300_000]);
        writer.Write(value);
        Assert.False(writer.Overflowed);
        return Convert.ToHexString(writer.Written);
    }
}
