using Microsoft.Extensions.Logging.Abstractions;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>All that came out of a source that was played once, as fast as it could be.</summary>
/// <param name="Format">The last format.</param>
/// <param name="Parts">What was told, with the samples behind it.</param>
/// <param name="Ended">Why it was over.</param>
/// <param name="Condition">How its reader was doing at the end.</param>
internal sealed record PlayedSource(AudioFormat Format, IReadOnlyList<PlayedPart> Parts, Reason Ended, SourceCondition Condition)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    public IEnumerable<string> Titles => Parts.Select(static part => part.Title);

    public byte[] Samples => [.. Parts.SelectMany(static part => part.Samples)];

    public static async Task<PlayedSource> OfAsync(string source, AudioFormat? raw = null)
    {
        await using var worker = new SourceWorker("test", source, loop: false, raw, NullLogger.Instance, TimeProvider.System);
        using var reader = new Reader(worker.Queue);
        worker.Start();
        var (parts, ended) = await reader.ReadAllAsync(s_patience);
        return new PlayedSource(worker.Queue.Format, parts, ended, worker.Condition);
    }

    /// <summary>Reads a queue without a clock.</summary>
    internal sealed class Reader : IMailbox, IDisposable
    {
        private readonly ReadAheadQueue _queue;
        private readonly SemaphoreSlim _more = new(0);

        public Reader(ReadAheadQueue queue)
        {
            _queue = queue;
            queue.Bind(this);
        }

        public async Task<(IReadOnlyList<PlayedPart> Parts, Reason Ended)> ReadAllAsync(TimeSpan patience)
        {
            var parts = new List<PlayedPart>();
            var buffer = new byte[5000];
            while (true)
            {
                switch (_queue.Read(buffer, Instant.Zero, out var bytes))
                {
                    case SourceStatus.Data:
                        parts[^1].Samples.AddRange(buffer.AsSpan(0, bytes));
                        break;
                    case SourceStatus.Changed:
                        parts.Add(new PlayedPart(_queue.Title, _queue.Format, []));
                        break;
                    case SourceStatus.Starved:
                        Assert.True(await _more.WaitAsync(patience), "the worker goes on");
                        break;
                    default:
                        return (parts, _queue.Ended);
                }
            }
        }

        public void Wake() => _more.Release();

        public bool Post(in Command command) => false;

        public void Dispose()
        {
            _queue.Dispose();
            _more.Dispose();
        }
    }
}
