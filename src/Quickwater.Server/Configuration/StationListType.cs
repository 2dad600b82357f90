using System.Globalization;
using System.Text;
using Quickwater.Audio;

namespace Quickwater.Server;

/// <summary>
/// Stations. A file gives each as keys; as one text a station is <c>NAME=SOURCE</c> or <c>NAME[key=value;key=value]=SOURCE</c>, with <c>%3B</c> and
/// the like for characters of values that mean something here.
/// </summary>
internal sealed class StationListType : SettingType<StationConfigurations>
{
    private static readonly DurationType s_burst = new(TimeSpan.Zero, TimeSpan.FromSeconds(30));
    private static readonly DurationType s_latency = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(5));
    private static readonly DurationType s_lag = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(5));
    private static readonly IntegerType s_skips = new(0, 1000);
    private static readonly IntegerType s_listeners = new(1, 1_000_000);
    private static readonly BooleanType s_loop = new();

    public override string Name => "list of stations";

    public override string Allowed =>
        "items with the keys name (letters, digits, '-', '_', '.'; each once), source (a file, a folder, a playlist such as list.m3u, a named pipe, or - for standard "
        + "input) and, if wanted, loop (true or false), fallback (what plays while the source gives nothing), raw (the format of raw PCM, such as "
        + "s16/48000/2), burst, latency, lagMax, skipsPerMinuteMax, listenersMax; or texts NAME=SOURCE, NAME[loop=false;burst=2s]=SOURCE";

    public override bool IsList => true;

    public override bool TryRead(IReadOnlyList<string> texts, out StationConfigurations value)
    {
        var stations = new List<StationConfiguration>();
        foreach (var text in texts)
        {
            if (Parse(text) is not { } station)
            {
                value = StationConfigurations.Empty;
                return false;
            }

            stations.Add(station);
        }

        value = new StationConfigurations(stations);
        return stations.DistinctBy(static station => station.Name, StringComparer.Ordinal).Count() == stations.Count;
    }

    public override IReadOnlyList<string> Write(StationConfigurations value) => [.. value.Items.Select(Write)];

    public override string? ItemText(IReadOnlyList<(string Key, string Value)> keys)
    {
        var byKey = keys.ToLookup(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal);
        if (byKey.Any(static group => group.Skip(1).Any()) || !byKey.Contains("name") || !byKey.Contains("source"))
        {
            return null;
        }

        var options = keys.Where(static pair => pair.Key is not ("name" or "source")).Select(static pair => $"{pair.Key}={Escape(pair.Value)}").ToArray();
        return Join(byKey["name"].First(), options, byKey["source"].First());
    }

    private static StationConfiguration? Parse(string text)
    {
        var open = text.IndexOf('[', StringComparison.Ordinal);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var options = "";
        var name = equals < 0 ? "" : text[..equals];
        if (open >= 0 && open < equals)
        {
            var close = text.IndexOf("]=", StringComparison.Ordinal);
            if (close < 0)
            {
                return null;
            }

            (name, options, equals) = (text[..open], text[(open + 1)..close], close + 1);
        }

        var source = equals < 0 ? "" : text[(equals + 1)..].Trim();
        name = name.Trim();
        return AudioWire.IsStationName(name) && source.Length > 0
            ? WithOptions(new StationConfiguration(name, source), options.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            : null;
    }

    private static StationConfiguration? WithOptions(StationConfiguration station, string[] options)
    {
        foreach (var option in options)
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            var value = equals < 0 ? "" : Uri.UnescapeDataString(option[(equals + 1)..].Trim());
            StationConfiguration? next = option[..Math.Max(0, equals)].Trim() switch
            {
                "loop" when s_loop.TryRead([value], out var loop) => station with { Loop = loop },
                "fallback" => station with { Fallback = value },
                "raw" when RawFormat(value) is { } raw => station with { Raw = raw },
                "burst" when s_burst.TryRead([value], out var burst) => station with { Burst = burst },
                "latency" when s_latency.TryRead([value], out var latency) => station with { Latency = latency },
                "lagMax" when s_lag.TryRead([value], out var lag) => station with { LagMax = lag },
                "skipsPerMinuteMax" when s_skips.TryRead([value], out var skips) => station with { SkipsPerMinuteMax = skips },
                "listenersMax" when s_listeners.TryRead([value], out var listeners) => station with { ListenersMax = listeners },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            station = next;
        }

        return station;
    }

    private static string Write(StationConfiguration station)
    {
        var options = new List<string>();
        Add("loop", station.Loop ? "" : "false");
        Add("fallback", station.Fallback);
        Add("raw", station.Raw is { } raw ? string.Create(CultureInfo.InvariantCulture, $"{raw.Encoding.ToString().ToLowerInvariant()}/{raw.Rate}/{raw.Channels}") : "");
        Add("burst", station.Burst is { } burst ? s_burst.Write(burst)[0] : "");
        Add("latency", station.Latency is { } latency ? s_latency.Write(latency)[0] : "");
        Add("lagMax", station.LagMax is { } lag ? s_lag.Write(lag)[0] : "");
        Add("skipsPerMinuteMax", station.SkipsPerMinuteMax?.ToString(CultureInfo.InvariantCulture) ?? "");
        Add("listenersMax", station.ListenersMax?.ToString(CultureInfo.InvariantCulture) ?? "");
        return Join(station.Name, options, station.Source);

        void Add(string key, string value)
        {
            if (value.Length > 0)
            {
                options.Add($"{key}={Escape(value)}");
            }
        }
    }

    private static string Join(string name, IReadOnlyCollection<string> options, string source) =>
        options.Count == 0 ? $"{name}={source}" : $"{name}[{string.Join(';', options)}]={source}";

    // s16/48000/2
    private static AudioFormat? RawFormat(string text)
    {
        var parts = text.Split('/');
        return parts is [var encoding, var rate, var channels]
            && Enum.TryParse<AudioEncoding>(encoding, ignoreCase: true, out var known) && Enum.GetNames<AudioEncoding>().Contains(encoding, StringComparer.OrdinalIgnoreCase)
            && int.TryParse(rate, NumberStyles.None, CultureInfo.InvariantCulture, out var frames)
            && int.TryParse(channels, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && new AudioFormat(known, count, frames) is { IsValid: true } format
            ? format : null;
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder();
        foreach (var c in value)
        {
            text.Append(c is '%' or ';' or ']' or '[' or ',' or '=' ? $"%{(int)c:X2}" : c.ToString());
        }

        return text.ToString();
    }
}
