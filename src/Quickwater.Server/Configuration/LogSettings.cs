namespace Quickwater.Server;

/// <summary>The table of settings of the section <c>log</c>.</summary>
internal static class LogSettings
{
    public static readonly Setting<LogLevelChoice> Level = new(
        "log.level", new ChoiceType<LogLevelChoice>(), LogLevelChoice.Info, "The least severe lines that are written.");

    public static readonly Setting<LogFormat> Format = new(
        "log.format", new ChoiceType<LogFormat>(), LogFormat.Text, "Lines for people, or one JSON object a line.");

    public static readonly Setting<string> File = new(
        "log.file", new TextType("a path, or nothing for standard error"), "",
        "A file that lines are appended to, instead of standard error. It is made for its owner to write and its group to read (0640). SIGHUP opens it anew, so that "
        + "it can be moved away.");

    public static readonly Setting<int> LinesPerAddressMax = new(
        "log.linesPerAddressMax", new IntegerType(1, 1_000_000), 500,
        "Lines about one address, or one IPv6 network of 64 bits, within 10 s. What is beyond is counted, and one line says how many were left out of which kind. "
        + "Errors and the first line of each kind are written always.");

    public static readonly Setting<int> LinesPerKindMax = new(
        "log.linesPerKindMax", new IntegerType(1, 1_000_000), 2000,
        "Lines of one kind within 10 s, over all addresses. What is beyond is counted in the same way.");

    /// <summary>Every setting of the section, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<Setting> All = [Level, Format, File, LinesPerAddressMax, LinesPerKindMax];

    /// <summary>Makes the section's record.</summary>
    public static LogConfiguration Read(EffectiveConfiguration values) => new(
        values.Get(Level), values.Get(Format), values.Get(File), values.Get(LinesPerAddressMax), values.Get(LinesPerKindMax));
}
