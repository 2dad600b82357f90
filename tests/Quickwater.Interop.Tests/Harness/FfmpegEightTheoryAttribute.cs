namespace Quickwater.Interop.Tests;

/// <summary>A theory that needs FFmpeg 8 from npm, and the machine's own to make files and to decode them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FfmpegEightTheoryAttribute : TheoryAttribute
{
    /// <summary>A theory that needs them. In CI it is never skipped.</summary>
    public FfmpegEightTheoryAttribute() =>
        Skip = new ToolFactAttribute("node", "ffmpeg", "ffprobe").Skip
            ?? (FfmpegEight.IsInstalled || Tools.InCi ? null : "this machine has no node-av from npm, or it has none for this system");
}
