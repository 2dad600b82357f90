using System.Net;

namespace Quickwater.Server;

/// <summary>Rules over more than one setting.</summary>
internal static class ConfigurationRules
{
    /// <summary>The rules that a configuration breaks.</summary>
    public static IEnumerable<ConfigurationProblem> Check(EffectiveConfiguration configuration)
    {
        var admin = configuration.Get(Settings.AdminListen);
        if (configuration.Get(Settings.AdminEnabled) && !IPAddress.IsLoopback(admin.Address) && configuration.Get(Settings.AdminAllowedHosts).Items.Count == 0)
        {
            yield return Problem(
                configuration,
                Settings.AdminListen,
                $"{admin} is reachable from other machines, so admin.allowedHosts must name the hosts it answers for; allowed without: 127.0.0.1 or [::1]");
        }

        if (configuration.Get(Settings.RtmpGopTimeMin) > configuration.Get(Settings.RtmpGopTimeMax))
        {
            yield return Problem(configuration, Settings.RtmpGopTimeMin, "must not be longer than rtmp.gop.timeMax");
        }

        var flush = configuration.Get(Settings.RtmpFlushInterval);
        foreach (var bound in new[] { Settings.RtmpLagTimeMax, Settings.RtmpLowLatencyMax })
        {
            if (flush > configuration.Get(bound) / 2)
            {
                yield return Problem(
                    configuration, Settings.RtmpFlushInterval, $"must not be longer than half of {bound.Key}: it is part of every viewer's lag");
            }
        }

        if (configuration.Get(LimitsSettings.MemoryMax) is > 0 and < LimitsSettings.MemoryLeast)
        {
            yield return Problem(configuration, LimitsSettings.MemoryMax, "must be 0, for half of the memory there is, or at least 16MiB");
        }

        foreach (var (setting, text) in RpcSettings.Tls.Check(configuration))
        {
            yield return Problem(configuration, setting, text);
        }

        foreach (var text in AudioSettings.Check(configuration))
        {
            yield return Problem(configuration, AudioSettings.Stations, text);
        }

        (bool Enabled, Setting<IPEndPoint> Listen)[] systems =
        [
            (configuration.Get(Settings.RtmpEnabled), Settings.RtmpListen),
            (configuration.Get(RpcSettings.Enabled), RpcSettings.Listen),
            (configuration.Get(RpcSettings.Enabled) && configuration.Get(RpcSettings.Tls.Enabled), RpcSettings.Tls.Listen),
            (configuration.Get(AudioSettings.Enabled) && configuration.Get(AudioSettings.Stations).Items.Count > 0, AudioSettings.Listen),
            (configuration.Get(Settings.HttpEnabled), Settings.HttpListen),
            (configuration.Get(Settings.AdminEnabled), Settings.AdminListen),
        ];
        var enabled = systems.Where(system => system.Enabled).Select(system => system.Listen).ToArray();
        for (var i = 0; i < enabled.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var address = configuration.Get(enabled[i]);
                if (address.Port != 0 && address.Equals(configuration.Get(enabled[j])))
                {
                    yield return Problem(
                        configuration, enabled[i], $"{address} is also {enabled[j].Key}; each system needs an address of its own");
                }
            }
        }
    }

    private static ConfigurationProblem Problem(EffectiveConfiguration configuration, Setting setting, string text) =>
        new(configuration.Origin(setting) is { Source: > ConfigurationSource.Profile } origin ? origin.Where : "", setting.Key, text);
}
