using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Quickwater.Server;

/// <summary>
/// Options whose values are numbers. What is no number, or out of range, is told as wrong usage with what is allowed: the library's own conversion throws where a
/// validator asks for its value.
/// </summary>
internal static class NumberOption
{
    /// <summary>A number that has a usual value.</summary>
    public static Option<int> Create(string name, string description, int usual, int least, int most) => new(name)
    {
        Description = $"{description} {least} to {most}, usually {usual}.",
        HelpName = "N",
        DefaultValueFactory = _ => usual,
        CustomParser = result => Read(result, name, least, most) ?? usual,
    };

    /// <summary>A number that may be left out.</summary>
    public static Option<T?> Create<T>(string name, string description, string helpName, T least, T most)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result => Read(result, name, least, most),
        };

    private static T? Read<T>(ArgumentResult result, string name, T least, T most)
        where T : struct, INumber<T>
    {
        var text = result.Tokens is [var token] ? token.Value : "";
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is {(text.Length > 0 ? text : "(empty)")}; allowed is {least} to {most}."));
        return null;
    }
}
