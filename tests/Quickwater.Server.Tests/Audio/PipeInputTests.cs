using System.Collections.Concurrent;
using System.IO.Pipes;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>A pipe that is read by a thread of its own.</summary>
public sealed class PipeInputTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<Exception> _faults = new(); // of threads on which a test that fails would not be seen

    [ToolFact("mkfifo")] // where there are pipes of Unix
    public async Task Bytes_come_as_they_are_written_and_the_end_when_nobody_writes_any_more()
    {
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var input = new PipeInput(writer.ClientSafePipeHandle, "test", _faults.Enqueue, CancellationToken.None);
        var buffer = new byte[100];
        for (byte i = 1; i <= 50; i++)
        {
            var read = input.ReadAsync(buffer).AsTask();
            writer.WriteByte(i);
            Assert.Equal((1, i), (await read.WaitAsync(s_patience), buffer[0]));
        }

        writer.Write([1, 2, 3]);
        writer.Dispose();
        Assert.Equal(3, await input.ReadAsync(buffer).AsTask().WaitAsync(s_patience));
        Assert.Equal(0, await input.ReadAsync(buffer).AsTask().WaitAsync(s_patience));
    }

    [ToolFact("mkfifo")]
    public async Task A_read_that_waits_ends_when_the_stream_is_disposed_and_its_writer_is_told()
    {
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        var input = new PipeInput(writer.ClientSafePipeHandle, "test", _faults.Enqueue, CancellationToken.None);
        var read = input.ReadAsync(new byte[100]).AsTask();
        Assert.False(read.IsCompleted);
        await input.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(s_patience));
        await Until.HoldsAsync(() => Throws(writer), s_patience, "the pipe is broken");
        await Assert.ThrowsAsync<ObjectDisposedException>(() => input.ReadAsync(new byte[1]).AsTask());
    }

    [ToolFact("mkfifo")]
    public async Task A_read_that_waits_is_called_off_by_the_token_of_the_stream()
    {
        using var stop = new CancellationTokenSource();
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var input = new PipeInput(writer.ClientSafePipeHandle, "test", _faults.Enqueue, stop.Token);
        var read = input.ReadAsync(new byte[100]).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(s_patience));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => input.ReadAsync(new byte[100], stop.Token).AsTask()); // nor is the next one a fault
    }

    [ToolFact("mkfifo")]
    public async Task What_cannot_be_read_is_an_error_of_the_stream()
    {
        using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        await using var input = new PipeInput(reader.ClientSafePipeHandle, "test", _faults.Enqueue, CancellationToken.None); // the end that is written to
        reader.Dispose();
        await Assert.ThrowsAsync<IOException>(() => input.ReadAsync(new byte[100]).AsTask().WaitAsync(s_patience));
    }

    [ToolFact("mkfifo")]
    [Requirement("MED-9.8")]
    public async Task What_its_reader_throws_on_its_thread_is_reported_and_ends_that_stream_only()
    {
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var input = new PipeInput(writer.ClientSafePipeHandle, "test", reported.SetResult, CancellationToken.None);
#pragma warning disable CA2012 // awaited by hand: what an async method throws would go into its task and never reach the thread
        input.ReadAsync(new byte[1]).ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(static () => throw new InvalidOperationException("planted"));
#pragma warning restore CA2012
        writer.WriteByte(1);
        Assert.Equal("planted", (await reported.Task.WaitAsync(s_patience)).Message);
        await Until.HoldsAsync(() => Throws(writer), s_patience, "the pipe is broken");
        await Assert.ThrowsAsync<ObjectDisposedException>(() => input.ReadAsync(new byte[1]).AsTask());
    }

    public void Dispose() => Assert.Empty(_faults);

    private static bool Throws(Stream writer)
    {
        try
        {
            writer.WriteByte(1);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
