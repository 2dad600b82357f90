using System.Text;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>Writes docs/configuration.md from the table of settings.</summary>
internal static class ConfigurationReference
{
    private const string Preamble =
        """
        # Configuration

        <!-- Made from the table of settings by `quickwater config reference`; a test fails when this page is stale. -->

        Every setting has a default, so no file is needed. Values come from four places; each overrides those before it:

        1. the defaults below, some of which differ with `limits.profile`,
        2. the file of `--config FILE`: YAML or JSON, by its extension (`.yaml`, `.yml`, `.json`, `.jsonc`), otherwise by its first
           character. JSON may have comments and trailing commas,
        3. the environment: `QUICKWATER__RTMP__LISTEN=127.0.0.1:1935`,
        4. the command line: `--set rtmp.listen=127.0.0.1:1935`, as often as needed.

        In the environment and with `--set` the items of a list are separated by commas. Durations are written `250ms`, `10s`, `5m`,
        `1h`; sizes `4096B`, `64KiB`, `16MiB`, `1GiB`. An unknown key, a wrong type or a value out of range ends the program with code 2 and a
        message that names the key, the value, the place and what is allowed.

        `quickwater config dump` prints the effective values and where each came from; `quickwater config validate FILE` checks a file.

        ```yaml
        rtmp:
          listen: 0.0.0.0:1935
          gop:
            timeMin: 5s
        log:
          format: json
        ```

        """;

    /// <summary>The whole page.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder(Preamble.ReplaceLineEndings("\n"));
        foreach (var section in Settings.All.GroupBy(setting => setting.Key.Split('.')[0], StringComparer.Ordinal))
        {
            text.Append($"\n## {section.Key}\n");
            foreach (var setting in section)
            {
                Write(text, setting);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, Setting setting)
    {
        var defaults = setting.Write(setting.DefaultValue);
        var defaultText = defaults.Count == 0 || defaults[0].Length == 0 ? "none" : $"`{string.Join(", ", defaults)}`";
        text.Append($"\n### `{setting.Key}`\n\n{setting.Description}\n\n");
        text.Append($"- Type: {setting.TypeName}. Allowed: {setting.Allowed}.\n");
        text.Append($"- Default: {defaultText}.\n");
        foreach (var (profile, other) in ProfileDefaults.Of(setting))
        {
            text.Append($"- Default with `limits.profile: {profile.ToString().ToLowerInvariant()}`: `{other}`.\n");
        }

        text.Append($"- Environment: `{setting.EnvironmentVariable}`.\n");
        text.Append($"- A change {(setting.NeedsRestart ? "needs a restart" : "takes effect at SIGHUP when the server runs as a service, otherwise at a restart")}.\n");
        if (setting.Limit is { } reason)
        {
            text.Append($"- When it is reached: `{reason.Tag()}` ({reason.Text()}).\n");
        }

        if (setting.Secret)
        {
            text.Append("- Secret: never shown.\n");
        }
    }
}
