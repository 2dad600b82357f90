using System.Runtime.CompilerServices;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>
/// The tags of an FLV file with their times, once or in rounds without end: the time line goes on then, and configurations and metadata are
/// given in the first round only.
/// </summary>
/// <param name="open">Opens the file at its beginning; called anew for each round.</param>
/// <param name="loop">Whether to begin again at the end.</param>
internal sealed class FlvFile(Func<Stream> open, bool loop)
{
    private const int ReadBytes = 64 * 1024;

    private readonly PooledBytes.Pool _buffers = new(new LeakCounters());

    /// <summary>Why reading ended; <see cref="Reason.None"/> when it reached the end of the file.</summary>
    public Reason Failure { get; private set; }

    /// <summary>Reads. The body of a tag is valid until the next one is asked for.</summary>
    public async IAsyncEnumerable<MediaTag> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var round = new FlvRound();
        do
        {
            var file = open();
            await using (file)
            {
                await foreach (var tag in ReadRoundAsync(file, stop))
                {
                    if (tag.Type is FlvTagType.Audio or FlvTagType.Video or FlvTagType.Script && round.Take(tag, out var milliseconds))
                    {
                        yield return new MediaTag(tag.Type, milliseconds, tag.Payload.Memory);
                    }
                }
            }
        }
        while (loop && Failure == Reason.None && round.Next());
    }

    private async IAsyncEnumerable<FlvTag> ReadRoundAsync(Stream file, [EnumeratorCancellation] CancellationToken stop)
    {
        var reader = new FlvReader(RtmpLimits.WireMessageBytesMax, _buffers);
        try
        {
            var buffer = new byte[ReadBytes];
            var held = 0;
            while (Failure == Reason.None)
            {
                var read = await file.ReadAsync(buffer.AsMemory(held), stop);
                if (read == 0)
                {
                    break;
                }

                var at = 0;
                held += read;
                while (Next(reader, buffer.AsSpan(0, held), ref at) is { } tag)
                {
                    try
                    {
                        yield return tag;
                    }
                    finally
                    {
                        tag.Payload.Release();
                    }
                }

                Failure = reader.Failure;
                held -= at;
                Array.Copy(buffer, at, buffer, 0, held);
            }
        }
        finally
        {
            reader.Release();
        }
    }

    private static FlvTag? Next(FlvReader reader, ReadOnlySpan<byte> bytes, ref int at)
    {
        var status = reader.Read(bytes[at..], out var consumed, out var tag);
        at += consumed;
        return status == WireReadStatus.Item ? tag : null;
    }
}
