using Microsoft.CodeAnalysis.CSharp;

namespace Quickwater.Generators;

/// <summary>
/// Writes the parameters of a method as a type with a converter of its own: none are <c>null</c>, one is its value, several are an object with a member
/// for each. A member may be left out where the parameter has a default value.
/// </summary>
internal static class RpcParamsWriter
{
    public static void Write(RpcServiceWriter writer, RpcServiceMethod method, Func<RpcJsonType, string> json)
    {
        var members = method.Parameters.Where(one => one.Type is not null).ToArray();
        var name = $"{method.Id}Params";
        var types = members.Select(one => one.Type?.Written ?? "").ToArray();
        writer.Line();
        writer.Line($"public readonly struct {name}{(members.Length == 0 ? ";" : $"({string.Join(", ", types.Select((type, i) => $"{type} v{i}"))})")}");
        if (members.Length > 0)
        {
            writer.Open();
            for (var i = 0; i < members.Length; i++)
            {
                writer.Line($"public readonly {types[i]} V{i} = v{i};");
            }

            writer.Close();
        }

        writer.Line();
        WriteConverter(writer, name, () => WriteRead(writer, name, members, json), () => WriteWrite(writer, members, json));
    }

    public static void WriteConverter(RpcServiceWriter writer, string type, Action read, Action write)
    {
        writer.Line($"private sealed class {type}Converter : global::System.Text.Json.Serialization.JsonConverter<{type}>");
        writer.Open();
        writer.Line("public override bool HandleNull => true;");
        writer.Line();
        writer.Line($"public override {type} Read(ref global::System.Text.Json.Utf8JsonReader reader, global::System.Type typeToConvert, global::System.Text.Json.JsonSerializerOptions options)");
        writer.Open();
        read();
        writer.Close();
        writer.Line();
        writer.Line($"public override void Write(global::System.Text.Json.Utf8JsonWriter writer, {type} value, global::System.Text.Json.JsonSerializerOptions options)");
        writer.Open();
        write();
        writer.Close();
        writer.Close();
    }

    private static void WriteRead(RpcServiceWriter writer, string name, RpcParameter[] members, Func<RpcJsonType, string> json)
    {
        if (members.Length == 0)
        {
            writer.Line("reader.Skip();");
            writer.Line("return default;");
            return;
        }

        if (members.Length == 1)
        {
            writer.Line($"return new {name}({Read(members[0], json)});");
            return;
        }

        writer.Line("if (reader.TokenType != global::System.Text.Json.JsonTokenType.StartObject)");
        writer.Open();
        writer.Line("throw new global::System.Text.Json.JsonException();");
        writer.Close();
        writer.Line();
        for (var i = 0; i < members.Length; i++)
        {
            writer.Line($"{members[i].Type?.Written} v{i} = {members[i].Default ?? "default!"};");
            if (members[i].Default is null)
            {
                writer.Line($"var has{i} = false;");
            }
        }

        writer.Line("while (reader.Read() && reader.TokenType == global::System.Text.Json.JsonTokenType.PropertyName)");
        writer.Open();
        WriteMembers(writer, members, json);
        writer.Close();
        writer.Line();
        var needed = members.Select((member, i) => (member, i)).Where(one => one.member.Default is null).Select(one => $"has{one.i}").ToArray();
        writer.Line(needed.Length == 0
            ? $"return new {name}({Values(members)});"
            : $"return {string.Join(" && ", needed)} ? new {name}({Values(members)}) : throw new global::System.Text.Json.JsonException();");
    }

    private static void WriteMembers(RpcServiceWriter writer, RpcParameter[] members, Func<RpcJsonType, string> json)
    {
        for (var i = 0; i < members.Length; i++)
        {
            writer.Line($"{(i == 0 ? "" : "else ")}if (reader.ValueTextEquals({SymbolDisplay.FormatLiteral(members[i].Name, quote: true)}u8))");
            writer.Open();
            writer.Line("reader.Read();");
            writer.Line($"v{i} = {Read(members[i], json)};");
            if (members[i].Default is null)
            {
                writer.Line($"has{i} = true;");
            }

            writer.Close();
        }

        writer.Line("else");
        writer.Open();
        writer.Line("reader.Read();");
        writer.Line("reader.Skip();");
        writer.Close();
    }

    private static string Values(RpcParameter[] members) => string.Join(", ", members.Select((_, i) => $"v{i}"));

    private static string Read(RpcParameter member, Func<RpcJsonType, string> json)
    {
        if (member.Type is not { } type)
        {
            return "default";
        }

        var read = $"global::System.Text.Json.JsonSerializer.Deserialize(ref reader, {json(type)})";
        return type.IsNullable ? read : $"Required({read})";
    }

    private static void WriteWrite(RpcServiceWriter writer, RpcParameter[] members, Func<RpcJsonType, string> json)
    {
        if (members.Length == 0)
        {
            writer.Line("writer.WriteNullValue();");
            return;
        }

        if (members.Length > 1)
        {
            writer.Line("writer.WriteStartObject();");
        }

        for (var i = 0; i < members.Length; i++)
        {
            if (members.Length > 1)
            {
                writer.Line($"writer.WritePropertyName({SymbolDisplay.FormatLiteral(members[i].Name, quote: true)}u8);");
            }

            writer.Line($"global::System.Text.Json.JsonSerializer.Serialize(writer, value.V{i}, {(members[i].Type is { } type ? json(type) : "")});");
        }

        if (members.Length > 1)
        {
            writer.Line("writer.WriteEndObject();");
        }
    }
}
