using System.Globalization;
using System.Text;
using Quickwater.Core;

namespace Quickwater.Rtmp.Tests;

/// <summary>Random AMF values from a seed, and values as text to compare by.</summary>
internal static class AmfTrees
{
    private static readonly double[] Numbers =
        [0, -0.0, 1, -1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456, -268_435_456, -268_435_457, 0.5, double.NaN, double.PositiveInfinity, 1e300];

    /// <summary>A value that AMF0 has a form for.</summary>
    public static AmfValue Amf0(Rng rng, int depth)
    {
        switch (rng.Below(depth == 0 ? 7 : 11))
        {
            case 0:
                return AmfValue.Of(Number(rng));
            case 1:
                return AmfValue.Of(rng.Chance(0.5));
            case 2:
                return AmfValue.Of(Text(rng));
            case 3:
                return AmfValue.Null;
            case 4:
                return AmfValue.Undefined;
            case 5:
                return AmfValue.Date(rng.Below(1_000_000));
            case 6:
                return AmfValue.XmlDocument("<x/>");
            case 7:
                return AmfValue.Object(Members(rng, depth, Amf0));
            case 8:
                return AmfValue.TypedObject("Class", Members(rng, depth, Amf0));
            case 9:
                return AmfValue.EcmaArray(Members(rng, depth, Amf0));
            default:
                return AmfValue.StrictArray(Items(rng, depth, Amf0));
        }
    }

    /// <summary>A value that AMF3 has a form for.</summary>
    public static AmfValue Amf3(Rng rng, int depth)
    {
        switch (rng.Below(depth == 0 ? 4 : 14))
        {
            case 0:
                return AmfValue.Xml(Text(rng));
            case 1:
                return AmfValue.ByteArray(Encoding.UTF8.GetBytes(Text(rng)));
            case < 4:
                return Amf0(rng, 0);
            case < 6:
                return AmfValue.Vector(AmfKind.VectorInt, rng.Chance(0.5), Numeric(rng, 1.0));
            case 6:
                return AmfValue.Vector(AmfKind.VectorUInt, rng.Chance(0.5), [.. Numeric(rng, 1.0).Select(value => AmfValue.Of(Math.Abs(value.Number)))]);
            case 7:
                return AmfValue.Vector(AmfKind.VectorDouble, rng.Chance(0.5), Numeric(rng, 0.37));
            case 8:
                return AmfValue.Vector(AmfKind.VectorObject, rng.Chance(0.5), Items(rng, depth, Amf3), Text(rng));
            case 9:
                return AmfValue.Dictionary(rng.Chance(0.5), [.. Items(rng, depth, Amf3).SelectMany(value => new[] { value, Amf3(rng, depth - 1) })]);
            case 10:
                return AmfValue.Externalizable("flex.messaging.io.ArrayCollection", AmfValue.StrictArray(Items(rng, depth, Amf3)));
            case 11:
                return AmfValue.MixedArray([new AmfMember("name", Amf3(rng, depth - 1))], Items(rng, depth, Amf3));
            case 12:
                return AmfValue.StrictArray(Items(rng, depth, Amf3));
            default:
                var members = Members(rng, depth, Amf3);
                var isDynamic = rng.Chance(0.5);
                return AmfValue.SealedObject(Text(rng), isDynamic ? rng.Below(members.Length + 1) : members.Length, isDynamic, members);
        }
    }

    /// <summary>All that a value is, as text. References are named by how far up they point.</summary>
    public static string Dump(AmfValue value)
    {
        var text = new StringBuilder();
        Dump(value, [], text);
        return text.ToString();
    }

    private static void Dump(AmfValue value, List<AmfValue> within, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"{value.Kind} '{value.Text}' {value.Number:R} {Convert.ToHexString(value.Bytes.Span)}");
        if (value.Target is { } target)
        {
            text.Append(CultureInfo.InvariantCulture, $"up {within.Count - within.IndexOf(target)}");
        }

        text.Append(CultureInfo.InvariantCulture, $" {value.SealedCount} {value.IsDynamic} {value.IsFixed} {value.HasWeakKeys}(");
        within.Add(value);
        foreach (var member in value.Members)
        {
            text.Append(member.Name).Append('=');
            Dump(member.Value, within, text);
        }

        foreach (var item in value.Items)
        {
            Dump(item, within, text);
        }

        within.RemoveAt(within.Count - 1);
        text.Append(')');
    }

    private static double Number(Rng rng) => rng.Chance(0.5) ? Numbers[rng.Below(Numbers.Length)] : rng.Unit() * 1e6;

    private static string Text(Rng rng) => rng.Below(4) switch
    {
        0 => "",
        1 => "grüße 🙂",
        2 => new string('s', rng.Below(300)),
        _ => $"t{rng.Below(5)}",
    };

    private static AmfValue[] Numeric(Rng rng, double factor) =>
        [.. Enumerable.Range(0, rng.Below(5)).Select(_ => AmfValue.Of((rng.Below(int.MaxValue) - (1 << 30)) * factor))];

    private static AmfMember[] Members(Rng rng, int depth, Func<Rng, int, AmfValue> make) =>
        [.. Enumerable.Range(0, rng.Below(4)).Select(i => new AmfMember($"k{i}", make(rng, depth - 1)))];

    private static AmfValue[] Items(Rng rng, int depth, Func<Rng, int, AmfValue> make) =>
        [.. Enumerable.Range(0, rng.Below(4)).Select(_ => make(rng, depth - 1))];
}
