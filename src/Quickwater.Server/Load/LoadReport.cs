using System.Globalization;

namespace Quickwater.Server;

/// <summary>What a load showed.</summary>
internal sealed record LoadReport
{
    /// <summary>Viewers that got media.</summary>
    public required int Viewers { get; init; }

    /// <summary>Time measured.</summary>
    public required TimeSpan Measured { get; init; }

    /// <summary>Frames that every viewer together should have got; 0 when that is not known.</summary>
    public required long FramesExpected { get; init; }

    /// <summary>Frames that came.</summary>
    public required long FramesReceived { get; init; }

    /// <summary>Viewers that miss frames.</summary>
    public required int ViewersMissing { get; init; }

    /// <summary>Payload bytes that came.</summary>
    public required long Bytes { get; init; }

    /// <summary>The delays.</summary>
    public required LoadWindow Window { get; init; }

    /// <summary>How late the load's own publishers were, at the 99th percentile.</summary>
    public required TimeSpan Lateness { get; init; }

    /// <summary>Processor time of the load generator.</summary>
    public required TimeSpan LoadCpu { get; init; }

    /// <summary>Processor time of the server; null when it is not ours.</summary>
    public TimeSpan? ServerCpu { get; init; }

    /// <summary>Resident bytes that each viewer added to the server; null when it is not ours.</summary>
    public double? ServerBytesPerViewer { get; init; }

    /// <summary>Frames that did not come.</summary>
    public long FramesMissing => Math.Max(0, FramesExpected - FramesReceived);

    private double Gigabytes => Bytes / 1e9;

    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine(Text($"{Viewers} viewers, {Measured.TotalSeconds:0.0} s measured, {Gigabytes:0.000} GB, {Bytes * 8 / Measured.TotalSeconds / 1e6:0.0} Mb/s in all"));
        output.WriteLine(FramesExpected == 0
            ? Text($"frames     {FramesReceived} received")
            : Text($"frames     {FramesExpected} expected, {FramesReceived} received, {FramesMissing} missing at {ViewersMissing} viewers"));
        if (Window.SinceDue.Count > 0)
        {
            output.WriteLine($"delay      {Delays(Window.SinceDue)}   from the instant of the schedule to the frame's last byte at the viewer");
            output.WriteLine($"           {Delays(Window.SinceSent)}   from the instant it was sent");
            output.WriteLine(Text($"publisher  {Lateness.TotalMilliseconds:0.00} ms late at the 99th percentile"));
        }

        output.WriteLine(Text($"load       {LoadCpu.TotalSeconds / Measured.TotalSeconds * 100:0} % of a core"));
        if (ServerCpu is { } cpu)
        {
            output.WriteLine(Text($"server     {cpu.TotalSeconds / Measured.TotalSeconds * 100:0} % of a core, {cpu.TotalSeconds / Gigabytes:0.000} s/GB, {ServerBytesPerViewer:0} resident bytes for each viewer"));
        }
    }

    /// <summary>The same as one line of names and numbers, for programs.</summary>
    public string Figures => Text(
        $"viewers {Viewers} seconds {Measured.TotalSeconds:0.000} bytes {Bytes} expected {FramesExpected} received {FramesReceived} missing_viewers {ViewersMissing} p50_ms {Window.SinceDue.Percentile(0.5).TotalMilliseconds:0.000} p99_ms {Window.SinceDue.Percentile(0.99).TotalMilliseconds:0.000} max_ms {Window.SinceDue.Most.TotalMilliseconds:0.000} late_ms {Lateness.TotalMilliseconds:0.000} load_cpu {LoadCpu.TotalSeconds:0.000} server_cpu {ServerCpu?.TotalSeconds ?? 0:0.000} viewer_bytes {ServerBytesPerViewer ?? 0:0}");

    private static string Delays(DelayHistogram delays) => Text(
        $"p50 {delays.Percentile(0.5).TotalMilliseconds:0.00}, p99 {delays.Percentile(0.99).TotalMilliseconds:0.00}, p99.9 {delays.Percentile(0.999).TotalMilliseconds:0.00}, max {delays.Most.TotalMilliseconds:0.00} ms");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
