namespace Quickwater.Server;

/// <summary>The defaults that a capacity profile has in place of the table's. A value from any other source wins.</summary>
internal static class ProfileDefaults
{
    // An empty text leaves the table's default.
    private static readonly (Setting Setting, string Desktop, string Mobile)[] s_rows =
    [
        (Settings.RtmpConnectionsMax, "1000", "100"),
        (Settings.RtmpConnectionsPerAddressMax, "500", "50"),
        (Settings.RtmpPublishersMax, "10", "3"),
        (Settings.RtmpStreamsMax, "100", "10"),
        (Settings.RtmpWaitingMax, "200", "20"),
        (Settings.RtmpWaitingPerAddressMax, "50", "10"),
        (Settings.RtmpMessageBytesMax, "", "4MiB"),
        (Settings.RtmpGopBytesMax, "", "8MiB"),
        (Settings.RtmpLagBytesMax, "", "4MiB"),
        (RpcSettings.ConnectionsMax, "1000", "100"),
        (RpcSettings.ConnectionsPerAddressMax, "500", "50"),
        (AudioSettings.ClientsMax, "1000", "100"),
        (AudioSettings.ConnectionsPerAddressMax, "500", "50"),
        (AudioSettings.PendingBytesMax, "", "1MiB"),
        (Settings.HttpViewersMax, "1000", "100"),
        (Settings.HttpConnectionsPerAddressMax, "500", "50"),
        (LimitsSettings.MemoryMax, "", "128MiB"),
    ];

    /// <summary>What a profile sets: none for <see cref="CapacityProfile.Server"/>.</summary>
    public static IEnumerable<(Setting Setting, object Value)> Of(CapacityProfile profile) =>
        from row in s_rows
        let text = TextOf(row, profile)
        where text.Length > 0
        select (row.Setting, row.Setting.Read([text]) ?? throw new InvalidOperationException($"{row.Setting.Key} cannot be {text}, as a profile has it."));

    /// <summary>A setting's text in each profile that has a default of its own for it.</summary>
    public static IEnumerable<(CapacityProfile Profile, string Text)> Of(Setting setting) =>
        from row in s_rows
        where row.Setting == setting
        from profile in Enum.GetValues<CapacityProfile>()
        let text = TextOf(row, profile)
        where text.Length > 0
        select (profile, text);

    private static string TextOf((Setting Setting, string Desktop, string Mobile) row, CapacityProfile profile) => profile switch
    {
        CapacityProfile.Desktop => row.Desktop,
        CapacityProfile.Mobile => row.Mobile,
        _ => "",
    };
}
