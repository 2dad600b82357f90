using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace Quickwater.Server;

/// <summary>
/// The reading end of a pipe, with a thread of its own that waits in the kernel and goes on with whoever awaits it: live audio comes in small pieces, and to hand
/// each to the thread pool costs more than to take it. One read at a time.
/// </summary>
internal sealed class PipeInput : Stream, IValueTaskSource<int>
{
    // poll.h, errno.h and sys/eventfd.h of Linux.
    private const short Readable = 1; // POLLIN
    private const int Interrupted = 4; // EINTR
    private const int Again = 11; // EAGAIN
    private const int CloseOnExecNonBlocking = 0x80000 | 0x800; // EFD_CLOEXEC, EFD_NONBLOCK

    private readonly SafeHandle _pipe;
    private readonly Action<Exception> _faulted;
    private readonly object _wanted = new();
    private readonly Wish[] _wishes = new Wish[2];
    private readonly CancellationTokenRegistration _calledOff;
    private readonly int _stop;
    private ManualResetValueTaskSourceCore<int> _read; // goes on with its reader on this thread
    private Memory<byte> _into;
    private bool _asked;
    private bool _closed;

    /// <summary>Takes over the end of a pipe, also of one that does not block. Linux only.</summary>
    /// <param name="pipe">The end that is read.</param>
    /// <param name="name">What its thread is called.</param>
    /// <param name="faulted">Told of a fault of this program on that thread, which ends it.</param>
    /// <param name="cancel">Disposes of it, which calls off a read that waits. One for all reads: to have one for each costs as much as the read.</param>
    /// <exception cref="IOException">The system has no file descriptors left.</exception>
    public PipeInput(SafeHandle pipe, string name, Action<Exception> faulted, CancellationToken cancel)
    {
        (_pipe, _faulted) = (pipe, faulted);
        _stop = Event(0, CloseOnExecNonBlocking);
        if (_stop < 0)
        {
            throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        }

        new Thread(Run) { IsBackground = true, Name = $"quickwater-source-{name}" }.Start();
        _calledOff = cancel.UnsafeRegister(static input => ((PipeInput?)input)?.Dispose(), this);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>
    /// Reads what comes next; 0 bytes when nobody has the pipe open for writing any more. Called off only by disposing of the stream: then it ends with an
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _read.Reset();
        _into = buffer;
        var read = new ValueTask<int>(this, _read.Version);
        lock (_wanted)
        {
            cancellationToken.ThrowIfCancellationRequested(); // which may be why it is closed, from one moment to the next
            ObjectDisposedException.ThrowIf(_closed, this);
            _asked = true;
            Monitor.Pulse(_wanted);
        }

        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    protected override void Dispose(bool disposing)
    {
        _calledOff.Unregister(); // and does not wait for it: it may be what calls this
        lock (_wanted)
        {
            if (!_closed)
            {
                _closed = true;
                _ = Write(_stop, 1UL, sizeof(ulong));
                Monitor.Pulse(_wanted);
            }
        }

        base.Dispose(disposing);
    }

    private void Run()
    {
        try
        {
            while (IsWanted())
            {
                if (TryRead(_into.Span, out var bytes))
                {
                    Complete(bytes);
                }
                else
                {
                    _read.SetException(new OperationCanceledException());
                }
            }
        }
        catch (Exception fault)
        {
            Fail(fault); // nothing gets out of the thread: it would take the process with it
        }

        _pipe.Dispose();
        _ = Close(_stop);
    }

    // The source ends, not the server: who reads is told, and reads no more.
    private void Fail(Exception fault)
    {
        try
        {
            _faulted(fault);
            Dispose();
            _read.SetException(fault);
        }
        catch (Exception)
        {
            // Who read was told already: it was what threw.
        }
    }

    // Waits for a read; false when there will be none.
    private bool IsWanted()
    {
        lock (_wanted)
        {
            while (!_asked && !_closed)
            {
                Monitor.Wait(_wanted);
            }

            // One that was asked for before the stream was disposed is answered: somebody awaits it.
            var wanted = _asked;
            _asked = false;
            return wanted;
        }
    }

    private void Complete(int bytes)
    {
        _into = default;
        if (bytes >= 0)
        {
            _read.SetResult(bytes);
        }
        else
        {
            _read.SetException(new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message));
        }
    }

    // False when it is called off. Negative bytes: it failed.
    private bool TryRead(Span<byte> into, out int bytes)
    {
        var fd = (int)_pipe.DangerousGetHandle(); // closed by this thread alone
        while (true)
        {
            _wishes[0] = new Wish(fd, Readable, 0);
            _wishes[1] = new Wish(_stop, Readable, 0);
            bytes = -1;
            var ready = Poll(ref _wishes[0], (nuint)_wishes.Length, -1);
            if (ready > 0 && _wishes[1].Heard != 0)
            {
                return false;
            }

            if (ready > 0)
            {
                bytes = (int)Read(fd, ref MemoryMarshal.GetReference(into), (nuint)into.Length);
            }

            if (bytes >= 0 || Marshal.GetLastPInvokeError() is not (Interrupted or Again))
            {
                return true;
            }
        }
    }

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref Wish first, nuint count, int timeout);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Read(int fd, ref byte bytes, nuint length);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Write(int fd, in ulong bytes, nuint length);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Event(uint initial, int flags);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int fd);

    // struct pollfd
    private readonly record struct Wish(int Fd, short Events, short Heard);
}
