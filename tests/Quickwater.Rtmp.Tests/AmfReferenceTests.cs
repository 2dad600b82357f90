using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>References in AMF0, and AMF3 values inside AMF0.</summary>
public sealed class AmfReferenceTests
{
    [Fact]
    [Requirement("RTMP-3.8/references")]
    public void A_reference_is_the_container_with_its_number()
    {
        // An object, an ECMA array, a strict array, a typed object; then each again.
        var values = Read("03000009" + "0800000000000009" + "0A00000000" + "10000143000009" + "070000" + "070001" + "070002" + "070003");

        Assert.Equal(8, values.Count);
        for (var i = 0; i < 4; i++)
        {
            Assert.Same(values[i], values[i + 4]);
        }
    }

    [Fact]
    [Requirement("RTMP-3.8")]
    public void A_container_in_itself_is_a_reference_that_nobody_must_follow()
    {
        const string Hex = "0A00000002" + "03000173" + "070000" + "000009" + "070001"; // an array with an object that holds the array
        var array = Assert.Single(Read(Hex));

        Assert.Equal(AmfKind.Reference, array.Items[0]["s"].Kind);
        Assert.Same(array, array.Items[0]["s"].Target);
        Assert.Same(array.Items[0], array.Items[1]);
        Assert.Equal(Hex, Written(array));
    }

    [Fact]
    [Requirement("RTMP-3.8/references")]
    public void What_repeats_is_written_as_a_reference()
    {
        var shared = AmfValue.Object(new AmfMember("k", AmfValue.Null));

        Assert.Equal("0A00000002" + "0300016B05000009" + "070001", Written(AmfValue.StrictArray(shared, shared)));
        Assert.Equal("0300016B05000009" + "070000", Written(shared, shared));
    }

    [Theory]
    [InlineData("070000", 0)]
    [InlineData("03000009" + "070001", 4)]
    [InlineData("0A00000001" + "07FFFF", 5)]
    [Requirement("RTMP-3.10")]
    [Requirement("RTMP-3.12")]
    public void A_reference_to_nothing_of_this_message_is_an_error(string hex, int offset) =>
        Assert.Equal(new AmfError(Reason.MalformedAmf, offset), ErrorOf(hex));

    [Fact]
    [Requirement("RTMP-3.11")]
    public void A_reference_costs_what_it_refers_to()
    {
        // Sixty-four kilobytes that would be four thousand million values.
        var big = "0A00000FA0" + string.Concat(Enumerable.Repeat("05", 4000));
        Assert.Equal(new AmfError(Reason.AmfTooLarge, 4005), ErrorOf(big + string.Concat(Enumerable.Repeat("070000", 20_000))));

        // Doubled twenty times.
        var bomb = "0A00000002" + "05" + "05";
        for (var i = 0; i < 20; i++)
        {
            bomb += "0A00000002" + $"07{i:X4}" + $"07{i:X4}";
        }

        Assert.Equal(Reason.AmfTooLarge, ErrorOf(bomb).Code);

        // Thirty-one levels, referred to from the second level.
        var deep = string.Concat(Enumerable.Repeat("0A00000001", 31)) + "05";
        Assert.Equal(Reason.None, ErrorOf(deep + "0A00000001" + "070000").Code);
        Assert.Equal(new AmfError(Reason.AmfTooDeep, 166), ErrorOf(deep + "0A00000001" + "0A00000001" + "070000"));
    }

    [Fact]
    public void A_copy_of_a_reader_reads_the_same_values()
    {
        var bytes = Convert.FromHexString("03000009" + "0A00000001" + "05" + "070001" + "11" + "090301" + "060361" + "11" + "0600" + "11" + "0900");
        var reader = new Amf0Reader(bytes, RtmpLimits.Default);
        Assert.True(AmfValue.TryRead(ref reader, out _));
        var copy = reader;

        Assert.Equal("[1 values] [1 values] [1 values] a [1 values]", All(ref reader));
        Assert.Equal("[1 values] [1 values] [1 values] a [1 values]", All(ref copy));
    }

    [Fact]
    [Requirement("RTMP-3.9")]
    public void Amf3_values_stand_in_amf0_behind_their_marker()
    {
        var reader = new Amf0Reader(
            Convert.FromHexString("1100" + "1101" + "1103" + "110405" + "11060361" + "1108014000000000000000" + "110C0301" + "0200017A"),
            RtmpLimits.Default);
        var tokens = new List<Amf0Token>();
        while (reader.Read())
        {
            tokens.Add(reader.Token);
        }

        Assert.Equal(Reason.None, reader.Error.Code);
        Assert.Equal(
            [
                Amf0Token.Undefined, Amf0Token.Null, Amf0Token.Boolean, Amf0Token.Number, Amf0Token.String, Amf0Token.Date,
                Amf0Token.Amf3, Amf0Token.String,
            ],
            tokens);
    }

    [Fact]
    [Requirement("RTMP-3.9")]
    public void What_amf0_has_no_form_for_is_written_as_amf3()
    {
        var bytes = AmfValue.ByteArray(new byte[] { 1 });

        Assert.Equal("110C0301", Written(bytes));
        Assert.Equal("11" + "0A0B01" + "0362" + "0C0301" + "01", Written(AmfValue.Object(new AmfMember("b", bytes))));
        Assert.Equal(
            "08000000020001610500013005000009",
            Written(AmfValue.MixedArray([new AmfMember("a", AmfValue.Null)], [AmfValue.Null])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Requirement("RTMP-3.9")]
    public void Any_tree_survives_a_round_trip_through_either(ulong seed)
    {
        var rng = new Rng(seed);
        for (var round = 0; round < 200; round++)
        {
            var trees = Enumerable.Range(0, 3).Select(_ => rng.Chance(0.5) ? AmfTrees.Amf0(rng, 3) : AmfTrees.Amf3(rng, 3)).ToArray();
            var hex = Written(trees);

            Assert.Equal(hex, Written([.. Read(hex)]));
        }
    }

    [Theory]
    [InlineData("11", 1)]
    [InlineData("0A00000001" + "1112", 6)]
    [InlineData("05" + "11090301", 2)]
    [Requirement("RTMP-3.10")]
    public void An_error_in_amf3_has_its_offset_in_the_whole(string hex, int offset) =>
        Assert.Equal(new AmfError(Reason.MalformedAmf, offset), ErrorOf(hex));

    [Fact]
    [Requirement("RTMP-3.11")]
    public void Limits_hold_for_both_together()
    {
        var nested = string.Concat(Enumerable.Repeat("0A00000001", 16)) + "11" + string.Concat(Enumerable.Repeat("090301", 16)) + "01";
        Assert.Equal(Reason.None, ErrorOf(nested).Code);
        Assert.Equal(Reason.AmfTooDeep, ErrorOf("0A00000001" + nested).Code);

        var many = string.Concat(Enumerable.Repeat("05", 2048)) + string.Concat(Enumerable.Repeat("1101", 2048));
        Assert.Equal(Reason.None, ErrorOf(many).Code);
        Assert.Equal(new AmfError(Reason.AmfTooLarge, 2048 + 4096), ErrorOf(many + "1101"));
    }

    private static string All(ref Amf0Reader reader)
    {
        var values = new List<AmfValue>();
        while (AmfValue.TryRead(ref reader, out var value))
        {
            values.Add(value);
        }

        Assert.Equal(Reason.None, reader.Error.Code);
        return string.Join(' ', values);
    }

    private static List<AmfValue> Read(string hex)
    {
        var reader = new Amf0Reader(Convert.FromHexString(hex), RtmpLimits.Default);
        var values = new List<AmfValue>();
        while (AmfValue.TryRead(ref reader, out var value))
        {
            values.Add(value);
        }

        Assert.Equal(Reason.None, reader.Error.Code);
        return values;
    }

    private static AmfError ErrorOf(string hex)
    {
        var reader = new Amf0Reader(Convert.FromHexString(hex), RtmpLimits.Default);
        while (AmfValue.TryRead(ref reader, out _))
        {
        }

        return reader.Error;
    }

    private static string Written(params AmfValue[] values)
    {
        var writer = new Amf0Writer(new byte[300_000]);
        foreach (var value in values)
        {
            writer.Write(value);
        }

        Assert.False(writer.Overflowed);
        return Convert.ToHexString(writer.Written);
    }
}
