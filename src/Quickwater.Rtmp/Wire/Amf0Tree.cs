using System.Globalization;
using System.Text;

namespace Quickwater.Rtmp;

/// <summary>
/// Makes values of AMF0 tokens, and the other way round. Recursion is bounded: the reader refuses what is nested deeper than its limit, with what
/// is referred to counted as if it stood there.
/// </summary>
internal static class Amf0Tree
{
    /// <summary>Makes a value of what the reader stands on, and leaves it on its last token.</summary>
    internal static bool TryBuild(ref Amf0Reader reader, out AmfValue value)
    {
        switch (reader.Token)
        {
            case Amf0Token.BeginObject:
                return TryBuildMembers(ref reader, AmfKind.Object, "", out value);
            case Amf0Token.BeginTypedObject:
                return TryBuildMembers(ref reader, AmfKind.Object, Encoding.UTF8.GetString(reader.Text), out value);
            case Amf0Token.BeginEcmaArray:
                return TryBuildMembers(ref reader, AmfKind.EcmaArray, "", out value);
            case Amf0Token.BeginStrictArray:
                return TryBuildItems(ref reader, out value);
            case Amf0Token.Reference:
                return reader.TryFollow(out value);
            case Amf0Token.Amf3:
                value = reader.Value;
                return true;
            default:
                value = reader.Token switch
                {
                    Amf0Token.Number => AmfValue.Of(reader.Number),
                    Amf0Token.Boolean => AmfValue.Of(reader.Boolean),
                    Amf0Token.String => AmfValue.Of(Encoding.UTF8.GetString(reader.Text)),
                    Amf0Token.XmlDocument => AmfValue.XmlDocument(Encoding.UTF8.GetString(reader.Text)),
                    Amf0Token.Date => AmfValue.Date(reader.Number),
                    Amf0Token.Null => AmfValue.Null,
                    _ => AmfValue.Undefined,
                };
                return true;
        }
    }

    /// <summary>Writes a value that AMF0 has a form for. A container that was written before is referred to.</summary>
    internal static void Write(ref Amf0Writer writer, AmfValue value)
    {
        switch (value.Kind)
        {
            case AmfKind.Undefined:
                writer.WriteUndefined();
                break;
            case AmfKind.Null:
                writer.WriteNull();
                break;
            case AmfKind.Boolean:
                writer.WriteBoolean(value.IsTrue);
                break;
            case AmfKind.Number:
                writer.WriteNumber(value.Number);
                break;
            case AmfKind.String:
                writer.WriteString(value.Text);
                break;
            case AmfKind.Date:
                writer.WriteDate(value.Number);
                break;
            case AmfKind.XmlDocument:
                writer.WriteXmlDocument(value.Text);
                break;
            case AmfKind.Reference when value.Target is { } target:
                writer.WriteAgain(target);
                break;
            case var _ when writer.TryWriteAgain(value):
                break;
            case AmfKind.StrictArray:
                writer.BeginStrictArray(value.Items.Count);
                foreach (var item in value.Items)
                {
                    Write(ref writer, item);
                }

                break;
            default:
                WriteMembers(ref writer, value);
                break;
        }
    }

    private static void WriteMembers(ref Amf0Writer writer, AmfValue value)
    {
        if (value.Kind == AmfKind.EcmaArray)
        {
            writer.BeginEcmaArray(value.Members.Count + value.Items.Count);
        }
        else if (value.Text.Length > 0)
        {
            writer.BeginTypedObject(value.Text);
        }
        else
        {
            writer.BeginObject();
        }

        foreach (var member in value.Members)
        {
            writer.WriteKey(member.Name);
            Write(ref writer, member.Value);
        }

        for (var i = 0; i < value.Items.Count; i++)
        {
            writer.WriteKey(i.ToString(CultureInfo.InvariantCulture));
            Write(ref writer, value.Items[i]);
        }

        writer.EndObject();
    }

    private static bool TryBuildMembers(ref Amf0Reader reader, AmfKind kind, string text, out AmfValue value)
    {
        var members = new List<AmfMember>();
        var before = reader.Elements - 1;
        value = AmfValue.Open(kind, text, members, [], isDynamic: kind == AmfKind.Object);
        reader.Remember(value);
        while (reader.Read())
        {
            if (reader.Token == Amf0Token.EndObject)
            {
                value.Complete(reader.Elements - before);
                return true;
            }

            var name = Encoding.UTF8.GetString(reader.Text);
            if (!AmfValue.TryRead(ref reader, out var member))
            {
                break;
            }

            members.Add(new AmfMember(name, member));
        }

        value = AmfValue.Undefined;
        return false;
    }

    private static bool TryBuildItems(ref Amf0Reader reader, out AmfValue value)
    {
        var items = new List<AmfValue>();
        var before = reader.Elements - 1;
        value = AmfValue.Open(AmfKind.StrictArray, "", [], items);
        reader.Remember(value);
        while (reader.Read())
        {
            if (reader.Token == Amf0Token.EndArray)
            {
                value.Complete(reader.Elements - before);
                return true;
            }

            if (!TryBuild(ref reader, out var item))
            {
                break;
            }

            items.Add(item);
        }

        value = AmfValue.Undefined;
        return false;
    }
}
