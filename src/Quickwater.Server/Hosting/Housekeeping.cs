using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>
/// Sees to what the whole process uses, now and then: how many descriptors are left for connections, and that memory goes back to the system when a load
/// is over. Thread-safe.
/// </summary>
internal sealed class Housekeeping : IDisposable
{
    private const int PlacesMin = 8;
    private const long ConnectionBytes = 64 * 1024; // of managed objects, generously
    private const long WorthBytes = 24L * 1024 * 1024;
    private const long SmallBytes = 64L * 1024 * 1024;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Engine _engine;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private long _floorBytes;
    private long _lastHeld;

    /// <summary>Starts.</summary>
    /// <param name="limits">The section <c>limits</c>.</param>
    /// <param name="engine">Whose memory and connections they are.</param>
    /// <param name="time">The clock.</param>
    public Housekeeping(LimitsConfiguration limits, Engine engine, TimeProvider time)
    {
        _engine = engine;
        var most = DescriptorLimit.LiftSoftLimit() ?? int.MaxValue;
        DescriptorsMax = (int)(limits.DescriptorsMax > 0 ? Math.Min(limits.DescriptorsMax, most) : most);
        Ledger = new DescriptorLedger(PlacesMin, Math.Clamp(DescriptorsMax / 32, 8, 256), engine.Leaks.Memory);
        MeasureDescriptors();
        _timer = time.CreateTimer(_ => Tick(), null, Interval, Interval);
    }

    /// <summary>Descriptors that the process may have.</summary>
    public int DescriptorsMax { get; }

    /// <summary>Connections at once that are refused and told why.</summary>
    public int ToldMax => Math.Clamp(DescriptorsMax / 64, 2, 32);

    /// <summary>
    /// Descriptors kept free: for files that are opened later, assemblies that are loaded later (each takes a descriptor, and the runtime dies without), outgoing
    /// connections, and those that are told why they are refused.
    /// </summary>
    public int Headroom => Math.Clamp(DescriptorsMax / 16, 48, 128) + ToldMax;

    /// <summary>Descriptors that are no connections, when it was looked last.</summary>
    public int OwnDescriptors { get; private set; }

    /// <summary>The books of all connections.</summary>
    public DescriptorLedger Ledger { get; }

    /// <summary>Looks how many descriptors the process itself uses, and with it how many connections fit.</summary>
    public void MeasureDescriptors()
    {
        if (DescriptorLimit.InUse() is { } open)
        {
            OwnDescriptors = Math.Max(0, open - Ledger.Open - Ledger.ReservedOpen);
        }

        Ledger.Resize(Math.Max(PlacesMin, DescriptorsMax - OwnDescriptors - Headroom - Ledger.ReservedMax));
    }

    /// <summary>All is started: what the process uses now is what it needs itself.</summary>
    public void Started()
    {
        MeasureDescriptors();
        _floorBytes = Environment.WorkingSet;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        if (!_lock.TryEnter())
        {
            return; // the last one is not done
        }

        try
        {
            MeasureDescriptors();
            TrimMemory();
        }
        catch (Exception fault)
        {
            _engine.Fault(ConnectionInfo.OfThread("housekeeping"), fault); // what a timer throws ends the process
        }
        finally
        {
            _lock.Exit();
        }
    }

    // A collection that gives memory back stops everything for as long as it takes, so it is done when little is held and much could go.
    private void TrimMemory()
    {
        _engine.Leaks.Memory.TakePeak();
        var held = _engine.Leaks.Memory.Used + (_engine.OpenCount * ConnectionBytes);
        var falls = held <= _lastHeld;
        _lastHeld = held;
        var idle = Environment.WorkingSet - _floorBytes - held;
        if (_floorBytes > 0 && falls && idle > WorthBytes && held <= Math.Max(SmallBytes, idle / 4))
        {
            ByteArrays.Trim();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _floorBytes = Math.Max(1, Environment.WorkingSet - held); // code that was compiled and such: it will not go
        }
    }
}
