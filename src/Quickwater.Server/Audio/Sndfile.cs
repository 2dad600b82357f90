using System.Runtime.InteropServices;

namespace Quickwater.Server;

/// <summary>
/// The library libsndfile (docs/adr/0023), where it is installed: FLAC, MP3, Ogg Vorbis, Opus and more. http://libsndfile.github.io/libsndfile/api.html.
/// </summary>
internal sealed class Sndfile
{
    /// <summary>How to get it.</summary>
    public const string HowToInstall = "install libsndfile (Debian, Ubuntu: libsndfile1; Fedora: libsndfile; macOS: brew install libsndfile)";

    private static readonly Lazy<Sndfile?> s_loaded = new(Load);

    private Sndfile(nint library)
    {
        Open = Function<OpenFunction>(library, "sf_open");
        OpenVirtual = Function<OpenVirtualFunction>(library, "sf_open_virtual");
        Close = Function<CloseFunction>(library, "sf_close");
        ReadShort = Function<ReadFunction>(library, "sf_readf_short");
        ReadInt = Function<ReadFunction>(library, "sf_readf_int");
        ReadFloat = Function<ReadFloatFunction>(library, "sf_readf_float");
        GetString = Function<GetStringFunction>(library, "sf_get_string");
        Error = Function<ErrorFunction>(library, "sf_strerror");
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint OpenFunction([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode, ref Info info);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint OpenVirtualFunction(in SndfileWindow.Functions calls, int mode, ref Info info, nint context);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int CloseFunction(nint file);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate long ReadFunction(nint file, [Out] byte[] samples, long frames);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate long ReadFloatFunction(nint file, [Out] float[] samples, long frames);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint GetStringFunction(nint file, int kind);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint ErrorFunction(nint file);

    /// <summary>The library, or null where it is not installed.</summary>
    public static Sndfile? Library => s_loaded.Value;

    public OpenFunction Open { get; }

    public OpenVirtualFunction OpenVirtual { get; }

    public CloseFunction Close { get; }

    public ReadFunction ReadShort { get; }

    public ReadFunction ReadInt { get; }

    public ReadFloatFunction ReadFloat { get; }

    public GetStringFunction GetString { get; }

    public ErrorFunction Error { get; }

    private static Sndfile? Load()
    {
        string[] names = OperatingSystem.IsWindows() ? ["sndfile.dll", "libsndfile-1.dll"]
            : OperatingSystem.IsMacOS() ? ["libsndfile.1.dylib", "libsndfile.dylib"]
            : ["libsndfile.so.1"];
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var library))
            {
                return new Sndfile(library);
            }
        }

        return null;
    }

    private static T Function<T>(nint library, string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));

    /// <summary>SF_INFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Info
    {
        public long Frames;
        public int Rate;
        public int Channels;
        public int Format;
        public int Sections;
        public int Seekable;
    }
}
