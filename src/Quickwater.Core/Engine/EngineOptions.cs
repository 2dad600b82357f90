namespace Quickwater.Core;

/// <summary>Limits and settings of an <see cref="Engine"/>. Immutable; <see cref="Validate"/> tells what is wrong with it.</summary>
public sealed record EngineOptions
{
    /// <summary>Bytes that one receive may bring. 4 KiB to 1 MiB. A session that needs more contiguous bytes ends with <see cref="Reason.ReceiveBufferFull"/>.</summary>
    public int ReceiveBytesMax { get; init; } = 32 * 1024;

    /// <summary>Bytes in one send batch. 4 KiB to 1 MiB. Default 64 KiB: above it a send gains nothing and pins media that could still be dropped.</summary>
    public int BatchBytesMax { get; init; } = 64 * 1024;

    /// <summary>Passes that one turn makes before it lets others run. 1 to 1000.</summary>
    public int TurnPassesMax { get; init; } = 16;

    /// <summary>Of many that are woken at once, how many get their turns before a thread looks whether others must help. 1 to 1000.</summary>
    public int WakePortion { get; init; } = 16;

    /// <summary>How long one thread may see to many that are woken at once before others help, however patient the one who wakes them is. 0 to 1 s.</summary>
    public TimeSpan WakePatienceMax { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Answers waiting in one mailbox; more end the connection with <see cref="Reason.MailboxFull"/>. 1 to 65536.</summary>
    public int MailboxAnswersMax { get; init; } = 256;

    /// <summary>How long one send may take before the connection ends with <see cref="Reason.SendStalled"/>.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long a session that ended in the orderly way may take to say what it still has to say, such as the media of a drain; then it is closed all the
    /// same.
    /// </summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a session may take that ended because its peer reached a limit, broke the protocol or was refused, and then the peer to finish its side: time
    /// to be told why, if it reads. One whose last send has made no progress for so long is closed at once. 10 ms to 30 s.
    /// </summary>
    public TimeSpan FarewellTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the peer may take to finish its side after this side has; then it is closed all the same.</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that may be held for peers in all; see <see cref="MemoryBudget"/>. 8 MiB and more; by default there is no bound.</summary>
    public long MemoryBytesMax { get; init; } = long.MaxValue;

    /// <summary>From this part of <see cref="MemoryBytesMax"/> on new peers are refused. 10 to 100 percent.</summary>
    public int MemoryRefusePercent { get; init; } = 75;

    /// <summary>What one connection counts for besides what is held for it: its own objects, and a send of small answers that is under way.</summary>
    public int ConnectionBytes { get; init; } = 16 * 1024;

    /// <summary>Turns longer than this are counted: a turn must not block.</summary>
    public TimeSpan LongTurn { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Told of rare states; null in production.</summary>
    public IMarks? Marks { get; init; }

    /// <summary>What is wrong with these options: one sentence a fault; empty when they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (ReceiveBytesMax is < 4096 or > 1 << 20)
        {
            yield return $"receiveBytesMax is {ReceiveBytesMax}; allowed is 4096 to 1048576";
        }

        if (BatchBytesMax is < 4096 or > 1 << 20)
        {
            yield return $"batchBytesMax is {BatchBytesMax}; allowed is 4096 to 1048576";
        }

        if (TurnPassesMax is < 1 or > 1000)
        {
            yield return $"turnPassesMax is {TurnPassesMax}; allowed is 1 to 1000";
        }

        if (WakePortion is < 1 or > 1000)
        {
            yield return $"wakePortion is {WakePortion}; allowed is 1 to 1000";
        }

        if (WakePatienceMax < TimeSpan.Zero || WakePatienceMax > TimeSpan.FromSeconds(1))
        {
            yield return $"wakePatienceMax is {WakePatienceMax}; allowed is 0 to 1 s";
        }

        if (MemoryBytesMax < 8 << 20 || MemoryRefusePercent is < 10 or > 100 || ConnectionBytes < 0)
        {
            yield return $"memoryBytesMax is {MemoryBytesMax} and memoryRefusePercent {MemoryRefusePercent}; allowed is 8388608 and more, and 10 to 100";
        }

        if (MailboxAnswersMax is < 1 or > 65536)
        {
            yield return $"mailboxAnswersMax is {MailboxAnswersMax}; allowed is 1 to 65536";
        }

        if (FarewellTimeout < TimeSpan.FromMilliseconds(10) || FarewellTimeout > TimeSpan.FromSeconds(30))
        {
            yield return $"farewellTimeout is {FarewellTimeout}; allowed is 10 ms to 30 s";
        }

        if (SendTimeout <= TimeSpan.Zero || FlushTimeout <= TimeSpan.Zero || LingerTimeout <= TimeSpan.Zero || LongTurn <= TimeSpan.Zero)
        {
            yield return "sendTimeout, flushTimeout, lingerTimeout and longTurn must be longer than zero";
        }
    }
}
