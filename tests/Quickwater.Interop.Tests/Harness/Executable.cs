namespace Quickwater.Interop.Tests;

/// <summary>The executable as it was built, in its own folder.</summary>
internal static class Executable
{
    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The clip that ships with it.</summary>
    public static string DemoClip { get; } = Path.Combine(Root, "assets", "demo.flv");

    /// <summary>The program that starts it, and its own path.</summary>
    public static (string Host, string Path) Command { get; } = FindCommand();

    /// <summary>Starts <c>quickwater</c> with these arguments.</summary>
    public static Child Start(params IEnumerable<string> arguments) => Start(isFed: false, arguments);

    /// <summary>Starts <c>quickwater</c> with these arguments; fed, its standard input stays open.</summary>
    /// <param name="isFed">Whether it is fed.</param>
    /// <param name="arguments">What it is told.</param>
    /// <param name="descriptorsMax">Its hard limit of descriptors, which the program sh sets; null for ours.</param>
    public static Child Start(bool isFed, IEnumerable<string> arguments, int? descriptorsMax = null)
    {
        string[] command = [Command.Host, Command.Path, .. arguments];
        return descriptorsMax is { } most
            ? Child.StartFile(Tools.Require("sh"), ["-c", $"ulimit -n {most}; exec \"$@\"", "sh", .. command], isFed)
            : Child.StartFile(command[0], command[1..], isFed);
    }

    private static (string Host, string Path) FindCommand()
    {
        // bin/CONFIGURATION/FRAMEWORK/, as this assembly's own.
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var configuration = framework.Parent?.Name ?? "Release";
        var path = Path.Combine(Root, "src", "Quickwater.Server", "bin", configuration, framework.Name, "quickwater.dll");
        return (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Tools.Require("dotnet"), path);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Quickwater.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The repository is not above this assembly.");
    }
}
