using System.Runtime.InteropServices;

namespace Quickwater.Server;

/// <summary>
/// A shell without job control starts what a script puts in the background with SIGINT ignored, and the runtime leaves an ignored signal so, even for who
/// registers a handler. A server has to hear it: it is the documented way to stop it.
/// </summary>
internal static class IgnoredInterrupt
{
    private const int Interrupt = 2;
    private const nint Default = 0;
    private const nint Ignored = 1;
    private const int ActionBytesMax = 256; // struct sigaction is 152 bytes on Linux with glibc and musl, 16 on macOS

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SigactionFunction(int signal, nint action, [Out] nint[] old);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint SignalFunction(int signal, nint handler);

    /// <summary>Gives an ignored SIGINT its default action back. To be called first of all: the runtime looks once. Without effect on Windows.</summary>
    public static void Undo()
    {
        if (!OperatingSystem.IsWindows() && Handler() == Ignored && Function<SignalFunction>("signal") is { } signal)
        {
            signal(Interrupt, Default);
        }
    }

    // POSIX's struct sigaction begins with the handler on all these systems.
    private static nint Handler()
    {
        var old = new nint[ActionBytesMax / nint.Size];
        return Function<SigactionFunction>("sigaction") is { } sigaction && sigaction(Interrupt, 0, old) == 0 ? old[0] : Default;
    }

    private static T? Function<T>(string name)
        where T : Delegate =>
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), name, out var address) ? Marshal.GetDelegateForFunctionPointer<T>(address) : null;
}
