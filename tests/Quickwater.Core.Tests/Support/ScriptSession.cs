namespace Quickwater.Core.Tests;

/// <summary>A session that logs every call and does what a test's hooks say.</summary>
internal sealed class ScriptSession : ISession
{
    private readonly Queue<byte[]> _output = new();

    public Instant Deadline { get; set; } = Instant.Never;

    public Reason Ended { get; set; }

    internal List<string> Log { get; } = [];

    internal List<byte> Input { get; } = [];

    internal IMailbox? Mailbox { get; set; }

    internal Func<byte[], ReceiveResult>? OnReceive { get; set; }

    internal Func<SendBatch, bool>? OnTransmit { get; set; }

    internal Action? OnTick { get; set; }

    internal Action<Command>? OnHandle { get; set; }

    internal Action? OnFinished { get; set; }

    internal Action<Reason>? OnClose { get; set; }

    internal int CountOf(string entry) => Log.Count(line => string.Equals(line, entry, StringComparison.Ordinal));

    internal void Say(params byte[] bytes) => _output.Enqueue(bytes);

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        Log.Add($"receive {bytes.Length}");
        var result = OnReceive is null ? ReceiveResult.NeedMore(bytes.Length) : OnReceive(bytes.ToArray());
        Input.AddRange(bytes[..Math.Clamp(result.Consumed, 0, bytes.Length)].ToArray());
        return result;
    }

    public void PeerFinished(Instant now)
    {
        Log.Add("finished");
        OnFinished?.Invoke();
    }

    public bool Transmit(SendBatch batch, Instant now)
    {
        if (OnTransmit is not null)
        {
            Log.Add("transmit");
            return OnTransmit(batch);
        }

        while (batch.Room > 0 && _output.TryDequeue(out var bytes))
        {
            Log.Add($"transmit {bytes.Length}");
            batch.Write(bytes);
        }

        return _output.Count > 0;
    }

    public void Sent(long bytes, Instant now) => Log.Add($"sent {bytes}");

    public void Tick(Instant now)
    {
        Log.Add("tick");
        Deadline = Instant.Never;
        OnTick?.Invoke();
    }

    public void Handle(in Command command, Instant now)
    {
        Log.Add($"handle {command.Kind} {command.Reason}");
        OnHandle?.Invoke(command);
    }

    public void Close(Reason why, Instant now)
    {
        Log.Add($"close {why}");
        if (Ended == Reason.None)
        {
            Ended = why;
        }

        OnClose?.Invoke(why);
    }
}
