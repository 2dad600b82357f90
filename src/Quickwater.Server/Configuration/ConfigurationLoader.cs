using System.Text;

namespace Quickwater.Server;

/// <summary>
/// Reads configuration from its sources, each overriding those before it: defaults, those of a profile, a file, the environment, <c>--set</c>. Finds every
/// problem, not only the first.
/// </summary>
internal sealed class ConfigurationLoader
{
    /// <summary>What the names of our environment variables begin with; <c>__</c> stands for the dot of a key.</summary>
    public const string EnvironmentPrefix = "QUICKWATER__";

    private const long FileBytesMax = 1024 * 1024;

    private readonly Dictionary<Setting, (object Value, ConfigurationOrigin Origin)> _given = [];
    private readonly List<ConfigurationProblem> _problems = [];

    /// <summary>The problems found so far, in the order of the sources.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => _problems;

    /// <summary>Loads from all sources.</summary>
    /// <param name="file">A file, or null for none.</param>
    /// <param name="environment">The environment's variables; only those with our prefix are looked at.</param>
    /// <param name="sets">The arguments of <c>--set</c>.</param>
    /// <param name="problems">Everything that is wrong; empty when the configuration can be used.</param>
    /// <param name="stations">The arguments of <c>--station</c>: in addition to those that the others give.</param>
    public static EffectiveConfiguration Load(
        string? file,
        IEnumerable<KeyValuePair<string, string>> environment,
        IEnumerable<string> sets,
        out IReadOnlyList<ConfigurationProblem> problems,
        IReadOnlyList<string>? stations = null)
    {
        var loader = new ConfigurationLoader();
        if (file is not null)
        {
            loader.AddFile(file);
        }

        loader.AddEnvironment(environment);
        loader.AddSets(sets);
        loader.AddStations(stations ?? []);
        loader.AddProfile();
        var effective = new EffectiveConfiguration(loader._given);
        loader._problems.AddRange(ConfigurationRules.Check(effective));
        problems = loader.Problems;
        return effective;
    }

    /// <summary>Adds the values of a YAML or JSON file: by its extension, otherwise by its first character.</summary>
    public void AddFile(string path)
    {
        string text;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > FileBytesMax })
            {
                Report(path, "", $"the file is larger than {FileBytesMax / 1024} KiB");
                return;
            }

            text = File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Report(path, "", $"the file cannot be read: {e.Message}");
            return;
        }

        AddText(path, text);
    }

    /// <summary>Adds the values of a file's text.</summary>
    public void AddText(string path, string text)
    {
        try
        {
            var root = IsJson(path, text) ? JsonConfigurationReader.Read(text) : YamlConfigurationReader.Read(text);
            if (root is MapNode map)
            {
                AddMap(path, "", map);
            }
            else if (root is not EmptyNode)
            {
                Report($"{path}:{root.Line}", "", "the file must hold keys, such as \"rtmp:\"");
            }
        }
        catch (ConfigurationSyntaxException e)
        {
            Report($"{path}:{e.Line}", "", e.Message);
        }
    }

    /// <summary>Adds the values of environment variables that begin with <see cref="EnvironmentPrefix"/>, whatever their case.</summary>
    public void AddEnvironment(IEnumerable<KeyValuePair<string, string>> variables)
    {
        foreach (var (name, text) in variables.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var setting = Settings.All.FirstOrDefault(
                candidate => candidate.EnvironmentVariable.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (setting is null)
            {
                var near = Spelling.Nearest(name, Settings.All.Select(candidate => candidate.EnvironmentVariable));
                Report("environment", name, "unknown variable" + Suggestion(near));
                continue;
            }

            Add(setting, Split(setting, text), text, name, new(ConfigurationSource.Environment, name));
        }
    }

    /// <summary>Adds the values of <c>key=value</c> arguments; the last one of a key wins.</summary>
    public void AddSets(IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                Report("--set", argument, "must be written key=value, such as rtmp.listen=127.0.0.1:1935");
                continue;
            }

            var key = argument[..equals].Trim();
            var text = argument[(equals + 1)..];
            if (Settings.Find(key) is { } setting)
            {
                Add(setting, Split(setting, text), text, "--set", new(ConfigurationSource.Set, "--set"));
            }
            else
            {
                Report("--set", key, Unknown(key));
            }
        }
    }

    /// <summary>Adds stations to those that are there.</summary>
    public void AddStations(IReadOnlyList<string> texts)
    {
        if (texts.Count > 0)
        {
            var before = _given.TryGetValue(AudioSettings.Stations, out var given) ? AudioSettings.Stations.Write(given.Value) : [];
            Add(AudioSettings.Stations, [.. before, .. texts], string.Join(", ", texts), "--station", new(ConfigurationSource.Set, "--station"));
        }
    }

    private static bool IsJson(string path, string text) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" or ".JSONC" => true,
        ".YAML" or ".YML" => false,
        _ => text.AsSpan().TrimStart() is ['{', ..] or ['/', '/', ..] or ['/', '*', ..],
    };

    private static IReadOnlyList<string> Split(Setting setting, string text) =>
        setting.IsList ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [text];

    private static string Unknown(string key) =>
        Settings.IsSection(key) ? "is a section: name a key below it" : "unknown key" + Suggestion(Settings.Nearest(key));

    private static string Suggestion(string? near) => near is null ? "" : $"; did you mean {near}?";

    private void AddMap(string path, string prefix, MapNode map)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            var key = prefix + entry.Key;
            var where = $"{path}:{entry.Line}";
            if (!seen.TryAdd(entry.Key, entry.Line))
            {
                Report(where, key, $"is given twice; the first is on line {seen[entry.Key]}");
            }
            else if (Settings.Find(key) is { } setting)
            {
                AddNode(setting, entry.Value, where);
            }
            else if (!Settings.IsSection(key))
            {
                Report(where, key, "unknown key" + Suggestion(Settings.Nearest(key)));
            }
            else if (entry.Value is MapNode section)
            {
                AddMap(path, key + ".", section);
            }
            else if (entry.Value is not EmptyNode)
            {
                Report(where, key, "is a section: it must hold keys, not a value");
            }
        }
    }

    // Last, for it gives way to all others.
    private void AddProfile()
    {
        var profile = new EffectiveConfiguration(_given).Get(LimitsSettings.Profile);
        foreach (var (setting, value) in ProfileDefaults.Of(profile))
        {
            _given.TryAdd(setting, (value, new(ConfigurationSource.Profile, profile.ToString().ToLowerInvariant())));
        }
    }

    private void AddNode(Setting setting, ConfigurationNode node, string where)
    {
        IReadOnlyList<string>? texts = node switch
        {
            ScalarNode scalar => setting.IsList ? null : [scalar.Text],
            ListNode list when setting.IsList && ItemTexts(setting, list) is { } items => items,
            _ => null,
        };

        if (texts is null)
        {
            var found = node switch
            {
                EmptyNode => "has no value",
                ScalarNode => "must be a list",
                ListNode => setting.IsList ? "has an item that is not allowed" : "is a list, but must be a single value",
                _ => "holds keys, but must be a " + (setting.IsList ? "list" : "single value"),
            };
            Report(where, setting.Key, $"{found}; allowed: {setting.Allowed}");
            return;
        }

        Add(setting, texts, string.Join(", ", texts), where, new(ConfigurationSource.File, where));
    }

    // Null when an item is neither a single value nor keys that the setting knows.
    private static IReadOnlyList<string>? ItemTexts(Setting setting, ListNode list)
    {
        var texts = list.Items.Select(item => item switch
        {
            ScalarNode scalar => scalar.Text,
            MapNode map when map.Entries.All(static entry => entry.Value is ScalarNode) =>
                setting.ItemText([.. map.Entries.Select(static entry => (entry.Key, entry.Value is ScalarNode value ? value.Text : ""))]),
            _ => null,
        }).ToArray();
        return texts.Contains(null) ? null : texts.OfType<string>().ToArray();
    }

    private void Add(Setting setting, IReadOnlyList<string> texts, string written, string where, ConfigurationOrigin origin)
    {
        if (setting.Read(texts) is { } value)
        {
            _given[setting] = (value, origin);
            return;
        }

        var shown = setting.Secret ? "(hidden)" : written.Length == 0 ? "(empty)" : written;
        Report(where, setting.Key, $"{shown} is not allowed; allowed: {setting.Allowed}");
    }

    private void Report(string where, string key, string text) => _problems.Add(new(where, key, text));
}
