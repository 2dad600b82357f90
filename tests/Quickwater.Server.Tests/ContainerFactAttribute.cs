using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>A long fact that builds a container image and runs it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ContainerFactAttribute : FactAttribute
{
    public ContainerFactAttribute() => Skip = !Tools.Full ? FullFactAttribute.NotInThisRun
        : Tools.InCi || ContainerEngine.Here is not null ? null : "this machine has neither a Docker daemon nor Podman as root";
}
