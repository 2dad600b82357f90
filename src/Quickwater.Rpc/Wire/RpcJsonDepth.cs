using System.Text.Json;

namespace Quickwater.Rpc;

/// <summary>Tells JSON that is nested too deeply from JSON that is none: the reader throws the same for both.</summary>
internal static class RpcJsonDepth
{
    /// <summary>Levels that the reader of bodies takes, as System.Text.Json's by default.</summary>
    public const int Max = 64;

    /// <summary>Whether it is nested deeper than <paramref name="depthMax"/> levels, as far as it is JSON.</summary>
    public static bool IsBeyond(int depthMax, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = depthMax + 1 });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == depthMax && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // What is wrong before that depth is another fault.
        }

        return false;
    }

    /// <summary>Whether parameters or a result are nested deeper than the application's context takes, and how that is said.</summary>
    public static string? WhyNot(ReadOnlySpan<byte> json, JsonSerializerOptions options)
    {
        var most = options.MaxDepth == 0 ? Max : options.MaxDepth;
        return IsBeyond(most, json) ? $"nested deeper than {most} levels" : null;
    }
}
