using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Server;

/// <summary>Publishes an FLV file to an RTMP server, at the pace of its timestamps. Use it once.</summary>
/// <param name="open">Opens the file; called anew for each round of a loop.</param>
/// <param name="loop">Whether to begin again at the end.</param>
/// <param name="time">The clock.</param>
internal sealed class FlvPublisher(Func<Stream> open, bool loop, TimeProvider time)
{
    private static readonly TimeSpan LateMax = TimeSpan.FromSeconds(1);

    private readonly FlvFile _file = new(open, loop);
    private long _begun;
    private TimeSpan _shift;
    private long? _firstMilliseconds;

    /// <summary>What was sent.</summary>
    public TransferCounts Sent { get; } = new();

    /// <summary>What is wrong with the file, for people; null when nothing is.</summary>
    public string? FileFailure { get; private set; }

    /// <summary>Runs until the file has ended, publishing is over for good, or it is told to stop. Nothing is connected for a file that has no frame.</summary>
    public async Task<ClientFailure> RunAsync(string url, RtmpPublisherOptions options, CancellationToken stop)
    {
        try
        {
            await using var tags = _file.ReadAsync(stop).GetAsyncEnumerator(stop);
            if (!await tags.MoveNextAsync())
            {
                return new ClientFailure(FileEnd());
            }

            await using var publisher = await RtmpPublisher.ConnectAsync(url, options, stop);
            do
            {
                var tag = tags.Current;
                var at = await PaceAsync(tag, publisher.Ended, stop);
                await publisher.SendAsync(tag.Type, tag.Milliseconds, tag.Body, stop);
                Sent.Add(tag.Type, tag.Body.Length, (long)at.TotalMilliseconds);
                Sent.Dropped = publisher.FramesDropped;
            }
            while (await tags.MoveNextAsync());

            await publisher.CompleteAsync(stop);
            Sent.Dropped = publisher.FramesDropped;
            return new ClientFailure(FileEnd());
        }
        catch (ClientException e)
        {
            return e.Failure;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new ClientFailure(Reason.Cancelled);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            FileFailure = e.Message;
            return new ClientFailure(Reason.StorageFault);
        }
    }

    private Reason FileEnd()
    {
        if (_file.Failure == Reason.None && Sent.Frames > 0)
        {
            return Reason.Completed;
        }

        FileFailure = _file.Failure == Reason.None ? "it has no frame"
            : Sent.Frames == 0 ? $"it is no FLV file, or has no whole frame [{_file.Failure.Tag()}]"
            : $"what follows its {Sent.Frames} frames cannot be read: {_file.Failure.Text()} [{_file.Failure.Tag()}]";
        return _file.Failure == Reason.None ? Reason.Completed : _file.Failure;
    }

    // Waits until the tag is due; the answer is its time from the first frame on. Configurations and metadata before the first frame may carry
    // any time: the clock starts with that frame. After a break the file goes on from where it stopped.
    private async ValueTask<TimeSpan> PaceAsync(MediaTag tag, Task over, CancellationToken stop)
    {
        if (_firstMilliseconds is null && (tag.IsConfig || tag.Type == FlvTagType.Script))
        {
            return TimeSpan.Zero;
        }

        if (_firstMilliseconds is null)
        {
            _firstMilliseconds = tag.Milliseconds;
            _begun = time.GetTimestamp();
        }

        var at = TimeSpan.FromMilliseconds(tag.Milliseconds - (_firstMilliseconds ?? 0));
        var wait = at + _shift - time.GetElapsedTime(_begun);
        if (wait < -LateMax)
        {
            _shift -= wait;
        }
        else if (wait > TimeSpan.Zero)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(Task.Delay(wait, time, enough.Token), over);
            await enough.CancelAsync();
            stop.ThrowIfCancellationRequested();
        }

        return at;
    }
}
