using Quickwater.Core;

namespace Quickwater.Media.Tests;

/// <summary>A viewer that pulls batches as a session would and parses what it gets.</summary>
internal sealed class Viewer(Stage stage, TestForm form) : IMailbox
{
    private readonly SendBatch _batch = new();
    private readonly List<byte> _bytes = [];
    private Subscription? _place;
    private int _wakes;

    internal Subscription Place
    {
        get => _place ?? throw new InvalidOperationException("Not joined.");
        set => _place = value;
    }

    internal int Wakes => Volatile.Read(ref _wakes);

    /// <summary>All frames, in order.</summary>
    internal List<Received> Frames { get; } = [];

    /// <summary>Frames' ids, <c>start</c> and <c>end Reason</c>, in order.</summary>
    internal List<string> Story { get; } = [];

    internal long BytesTaken { get; private set; }

    internal IEnumerable<long> Ids => Frames.Select(frame => frame.Id);

    internal bool HoldsPart => _bytes.Count > 0;

    public void Wake() => Interlocked.Increment(ref _wakes);

    public bool Post(in Command command) => true;

    /// <summary>Takes one batch of at most so many bytes.</summary>
    internal FillStatus Read(int room = 64 * 1024)
    {
        _batch.Begin(room);
        var status = Place.Fill(_batch, stage.Now);
        var bytes = new byte[_batch.Bytes];
        _batch.CopyTo(bytes);
        _batch.Release();
        BytesTaken += bytes.Length;
        _bytes.AddRange(bytes);
        foreach (var frame in Received.Parse(_bytes, form.Mark))
        {
            Frames.Add(frame);
            Story.Add($"{frame.Id}");
        }

        if (status == FillStatus.StreamStarted)
        {
            Story.Add("start");
        }
        else if (status == FillStatus.StreamEnded)
        {
            Story.Add($"end {Place.StreamEndReason}");
        }

        return status;
    }

    /// <summary>Reads until there is nothing more.</summary>
    internal Viewer ReadAll(int room = 64 * 1024)
    {
        for (var left = 1_000_000; left > 0; left--)
        {
            if (Read(room) is FillStatus.CaughtUp or FillStatus.Over)
            {
                return this;
            }
        }

        throw new InvalidOperationException("The viewer never catches up.");
    }
}
