using System.Runtime.InteropServices;
using System.Text;

namespace Quickwater.Server;

/// <summary>
/// Standard output or standard error of the process. The runtime's own stream says nothing when the reader of a pipe has gone, so that a program would write on
/// for ever; and a file stream would not share its place in a file with whoever else writes there. This one writes as write(2) does, and tells.
/// </summary>
internal sealed class StandardStream : Stream
{
    // errno.h: the same on Linux and the systems from BSD, but for the last.
    private const int Interrupted = 4;
    private const int BadDescriptor = 9;
    private const int BrokenPipe = 32;
    private const short Writable = 4;

    // A pipe that can be written takes at least so much without waiting (PIPE_BUF of pipe(7) and POSIX, the larger).
    private const int PortionBytes = 4096;
    private const int StopLookMilliseconds = 100;

    private static readonly int s_again = OperatingSystem.IsLinux() ? 11 : 35;

    private readonly int _descriptor;
    private readonly string _name;
    private readonly CancellationToken _stop;

    private StandardStream(int descriptor, string name, CancellationToken stop = default) => (_descriptor, _name, _stop) = (descriptor, name, stop);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Standard output, for bytes. What cannot be written is an <see cref="OutputException"/>.</summary>
    /// <param name="stop">Calls off a write that waits for a reader; whoever reads nothing must not keep a command from ending.</param>
    public static Stream Output(CancellationToken stop = default) =>
        OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new StandardStream(1, "standard output", stop);

    /// <summary>Standard output, for text. What cannot be written is an <see cref="OutputException"/>.</summary>
    public static TextWriter OutputText() => OperatingSystem.IsWindows() ? Console.Out : Text(Output());

    /// <summary>Standard error, for text. What cannot be written there can be told nowhere and is an <see cref="IOException"/> for who wants to count it.</summary>
    public static TextWriter ErrorText() => OperatingSystem.IsWindows() ? Console.Error : Text(new StandardStream(2, "standard error"));

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var written = Write(_descriptor, in MemoryMarshal.GetReference(buffer), (nuint)Room(buffer.Length));
            if (written > 0)
            {
                buffer = buffer[(int)written..];
            }
            else
            {
                Fail(Marshal.GetLastPInvokeError());
            }
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is held back.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private static TextWriter Text(Stream stream) =>
        TextWriter.Synchronized(new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });

    // How much of it can be written now without waiting beyond being called off.
    private int Room(int bytes)
    {
        if (!_stop.CanBeCanceled)
        {
            return bytes;
        }

        var wish = new Wish(_descriptor, Writable, 0);
        while (Poll(ref wish, 1, StopLookMilliseconds) == 0)
        {
            _stop.ThrowIfCancellationRequested();
        }

        return Math.Min(bytes, PortionBytes);
    }

    // Returns where the call is to be made again: another program that shares the descriptor may have made it non-blocking.
    private void Fail(int error)
    {
        if (error == s_again)
        {
            var wish = new Wish(_descriptor, Writable, 0);
            _ = Poll(ref wish, 1, -1);
        }
        else if (error != Interrupted)
        {
            throw new OutputException(
                error == BadDescriptor ? $"{_name} is closed" : $"{_name} cannot be written: {Marshal.GetPInvokeErrorMessage(error)}", error == BrokenPipe);
        }
    }

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Write(int fd, in byte bytes, nuint length);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref Wish first, nuint count, int timeout);

    // struct pollfd
    private readonly record struct Wish(int Fd, short Events, short Heard);
}
