using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>The settings of the section <c>limits</c>; part of <see cref="Settings.All"/>.</summary>
internal static class LimitsSettings
{
    /// <summary>Less than that serves nobody.</summary>
    public const long MemoryLeast = 16L * 1024 * 1024;

    private const long Tebi = 1L << 40;

    public static readonly Setting<CapacityProfile> Profile = new(
        "limits.profile", new ChoiceType<CapacityProfile>(), CapacityProfile.Server,
        "What kind of machine the defaults of the limits are for: server, desktop (1,000 connections and 10 publishers) or mobile (100 and 3). It changes defaults "
        + "only: a setting that is given keeps its value.");

    public static readonly Setting<long> MemoryMax = new(
        "limits.memoryMax", new SizeType(0, Tebi), 0,
        "Memory that may be held for all peers together: unfinished messages, streams, answers that wait. 0 is half of the memory that the process may use, as "
        + "its container or the machine says; otherwise at least 16 MiB. From half of it on, streams keep less for late joiners.")
    { Limit = Reason.MemoryPressure };

    public static readonly Setting<int> MemoryRefusePercent = new(
        "limits.memoryRefusePercent", new IntegerType(10, 100), 75,
        "From this part of limits.memoryMax on new connections are refused until memory is free again, and peers get little more.")
    { Limit = Reason.MemoryPressure };

    public static readonly Setting<int> DescriptorsMax = new(
        "limits.descriptorsMax", new IntegerType(0, 10_000_000), 0,
        "File descriptors that the process may use. 0 is what the system lets it have (ulimit -n, raised to the hard limit at start). Connections of all systems "
        + "together stay below it, less what the process itself uses; one address has at most half of their places.")
    { Limit = Reason.TooManyOpenFiles };

    public static readonly Setting<TimeSpan> FarewellTimeout = new(
        "limits.farewellTimeout", new DurationType(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(30)), new EngineOptions().FarewellTimeout,
        "Time to tell a peer why its connection ends that reached a limit, broke its protocol or was refused. One that has not read for so long by then is closed "
        + "at once. An end of another kind, as by shutdown.grace, delivers all that is owed.");

    public static readonly IReadOnlyList<Setting> All = [Profile, MemoryMax, MemoryRefusePercent, DescriptorsMax, FarewellTimeout];

    /// <summary>The section of a configuration.</summary>
    public static LimitsConfiguration Read(EffectiveConfiguration values) =>
        new(values.Get(MemoryMax), values.Get(MemoryRefusePercent), values.Get(DescriptorsMax), values.Get(FarewellTimeout));
}
