using System.Globalization;

namespace Quickwater.Bench;

/// <summary>Named numbers, as the measuring programs print them: <c>messages 12 seconds 3.0</c>.</summary>
internal sealed class Figures
{
    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);

    public double this[string name] => _values[name];

    public static Figures Parse(string line)
    {
        var figures = new Figures();
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i + 1 < words.Length; i += 2)
        {
            figures._values[words[i]] = double.Parse(words[i + 1], CultureInfo.InvariantCulture);
        }

        return figures;
    }
}
