using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Quickwater.Server;

/// <summary>A part of a file that libsndfile takes for all of it: SF_VIRTUAL_IO of sndfile.h. Used by one thread at a time.</summary>
internal sealed class SndfileWindow : IDisposable
{
    // The library asks for a few KB at a time, and takes less as the end.
    private const int BlockBytesMax = 16 << 20;

    private readonly SafeFileHandle _file;
    private readonly long _start;
    private readonly long _length;
    private readonly Functions _functions; // the library keeps pointers to them
    private byte[] _block = new byte[4096];
    private long _at;

    /// <summary>Opens a file from a place to another.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public SndfileWindow(string path, long start, long? end)
    {
        _file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        (_start, _length) = (start, Math.Max(0, (end ?? RandomAccess.GetLength(_file)) - start));
        _functions = new Functions { Length = Length, Seek = Seek, Read = Read, Write = Write, Tell = Tell };
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate long PlaceFunction(nint context);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate long SeekFunction(long offset, int whence, nint context);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate long TransferFunction(nint bytes, long count, nint context);

    /// <summary>What the library calls; valid while this is not collected.</summary>
    public ref readonly Functions Calls => ref _functions;

    public void Dispose() => _file.Dispose();

    private long Length(nint context) => _length;

    private long Tell(nint context) => _at;

    private long Seek(long offset, int whence, nint context) =>
        _at = Math.Clamp(offset + (whence switch { 0 => 0, 1 => _at, _ => _length }), 0, _length); // SEEK_SET, SEEK_CUR, SEEK_END

    // Nothing may be thrown through native code: a read that fails is an end.
    private long Read(nint bytes, long count, nint context)
    {
        try
        {
            if (count > _block.Length)
            {
                _block = new byte[Math.Min(count, BlockBytesMax)];
            }

            var read = RandomAccess.Read(_file, _block.AsSpan(0, (int)Math.Clamp(Math.Min(count, _length - _at), 0, _block.Length)), _start + _at);
            Marshal.Copy(_block, 0, bytes, read);
            _at += read;
            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return 0;
        }
    }

    private static long Write(nint bytes, long count, nint context) => 0;

    /// <summary>SF_VIRTUAL_IO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Functions
    {
        public PlaceFunction Length;
        public SeekFunction Seek;
        public TransferFunction Read;
        public TransferFunction Write;
        public PlaceFunction Tell;
    }
}
