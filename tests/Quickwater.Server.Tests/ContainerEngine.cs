using System.Diagnostics;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>What builds and runs container images here: Docker where its daemon answers, or else Podman as root, which needs no daemon.</summary>
internal sealed record ContainerEngine(string Program, string[] Build, string[] Run)
{
    private static readonly Lazy<ContainerEngine?> Found = new(Find);

    /// <summary>The one of this machine, if it has one.</summary>
    public static ContainerEngine? Here => Found.Value;

    private static ContainerEngine? Find()
    {
        if (Tools.Find("docker") is { } docker && Succeeds(docker, "version", "--format", "{{.Server.Version}}"))
        {
            return new(docker, ["build"], ["run"]);
        }

        // Its defaults want more of the kernel than a machine that is a container itself allows.
        return Tools.Find("podman") is { } podman && Environment.IsPrivilegedProcess
            ? new(podman, ["build", "--isolation", "chroot", "--format", "docker"],
                ["--runtime", "runc", "run", "--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"])
            : null;
    }

    private static bool Succeeds(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false });
        process?.WaitForExit();
        return process?.ExitCode == 0;
    }
}
