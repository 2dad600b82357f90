using System.Text;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>The log's way out when nobody takes what comes, or it cannot be written.</summary>
[Requirement("MED-9.5/log-lines")]
public sealed class LogSinkTests
{
    private const int LinesMax = 8192;
    private const int Excess = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Lines_that_nobody_takes_are_dropped_and_told_and_whoever_logs_never_waits()
    {
        using var gate = new ManualResetEventSlim();
        await using var writer = new GatedWriter(gate);
        await using (var sink = new LogSink(writer, owned: false))
        {
            sink.Write("first");
            Assert.True(writer.Entered.Wait(Patience));
            for (var i = 0; i < LinesMax + Excess; i++)
            {
                sink.Write("line");
            }

            gate.Set();
            await Until.HoldsAsync(() => writer.Written.Contains($"({Excess} log lines were lost", StringComparison.Ordinal), Patience, "the loss is told");
        }

        Assert.Equal(LinesMax, writer.Written.Split('\n').Count(line => line == "line"));
    }

    [Fact]
    public async Task A_log_that_stands_still_does_not_hold_up_the_end()
    {
        using var gate = new ManualResetEventSlim();
        await using var writer = new GatedWriter(gate);
        var sink = new LogSink(writer, owned: true);
        sink.Write("line");
        Assert.True(writer.Entered.Wait(Patience));

        await sink.DisposeAsync().AsTask().WaitAsync(Patience);

        Assert.Empty(writer.Written);
        gate.Set();
    }

    [Fact]
    public async Task What_a_full_disk_refused_is_counted_and_told_once_there_is_room()
    {
        await using var writer = new GatedWriter(null) { Fails = true };
        await using var sink = new LogSink(writer, owned: false);
        sink.Write("lost");
        await Until.HoldsAsync(() => writer.Failures > 0, Patience, "the first is lost");
        writer.Fails = false;
        sink.Write("kept");

        await Until.HoldsAsync(() => writer.Written.Contains("kept", StringComparison.Ordinal), Patience, "the second is written");
        Assert.Equal("(1 log lines were lost: they came faster than they could be written)\nkept\n", writer.Written);
    }

    [Fact]
    public async Task The_end_of_a_log_whose_disk_stays_full_waits_for_no_room()
    {
        await using var writer = new GatedWriter(null) { Fails = true };
        var sink = new LogSink(writer, owned: false);
        sink.Write("lost");

        await sink.DisposeAsync();

        Assert.Equal(2, writer.Failures);
    }

    // Writes once the gate is open, and says when somebody came to it.
    private sealed class GatedWriter(ManualResetEventSlim? gate) : TextWriter
    {
        private readonly StringBuilder _text = new();
        private int _failures;

        public override Encoding Encoding => Encoding.UTF8;

        public ManualResetEventSlim Entered { get; } = new();

        public bool Fails { get; set; }

        public int Failures => Volatile.Read(ref _failures);

        public string Written
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString();
                }
            }
        }

        public override void Write(char value) => Write(value.ToString());

        public override void Write(StringBuilder? value) => Write(value?.ToString());

        public override void Write(string? value)
        {
            Entered.Set();
            gate?.Wait();
            if (Fails)
            {
                Interlocked.Increment(ref _failures);
                throw new IOException("No space left on device");
            }

            lock (_text)
            {
                _text.Append(value);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                Entered.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
