namespace Quickwater.Core.Tests;

/// <summary>An engine on virtual time whose turns run when the test says so, with scripted ends.</summary>
internal sealed class Bench : IDisposable, IConnectionObserver, ISessionFactory, IMarks
{
    private readonly Queue<ScriptSession> _next = new();
    private readonly Lock _marksLock = new();

    internal Bench(EngineOptions? options = null)
    {
        Engine = new Engine((options ?? new EngineOptions()) with { Marks = this }, Scheduler, Time, this);
        Engine.Emptied += (_, _) => EmptiedCount++;
    }

    public string Protocol => "script";

    internal VirtualTime Time { get; } = new();

    internal ManualScheduler Scheduler { get; } = new();

    internal Engine Engine { get; }

    internal List<Reason> Closes { get; } = [];

    internal List<Exception> Faults { get; } = [];

    internal HashSet<string> Marks { get; } = [];

    /// <summary>Whether the observer throws of each fault and each end that it hears of.</summary>
    internal bool Throws { get; set; }

    internal int OpenedCount { get; private set; }

    internal int EmptiedCount { get; private set; }

    internal (Connection Connection, ScriptSession Session, ScriptTransport Transport) Open(
        ScriptSession? session = null, ScriptTransport? transport = null, bool run = true)
    {
        session ??= new ScriptSession();
        transport ??= new ScriptTransport(Engine.Leaks);
        _next.Enqueue(session);
        var connection = Engine.Open(transport, this);
        if (run)
        {
            Scheduler.RunAll();
        }

        return (connection, session, transport);
    }

    internal void Advance(double seconds)
    {
        Scheduler.RunAll();
        Time.Advance(TimeSpan.FromSeconds(seconds));
        Scheduler.RunAll();
    }

    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now)
    {
        var session = _next.Dequeue();
        session.Mailbox = mailbox;
        return session;
    }

    public void Opened(ConnectionInfo connection) => OpenedCount++;

    public void Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats)
    {
        Closes.Add(why);
        ThrowIfMeant();
    }

    public void Faulted(ConnectionInfo connection, Exception fault)
    {
        Faults.Add(fault);
        ThrowIfMeant();
    }

    public void Hit(string mark)
    {
        lock (_marksLock)
        {
            Marks.Add(mark);
        }
    }

    public void Dispose() => Engine.Dispose();

    private void ThrowIfMeant()
    {
        if (Throws)
        {
            throw new InvalidOperationException("planted in the observer");
        }
    }
}
