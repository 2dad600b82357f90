using System.Net;

namespace Quickwater.Core.Tests;

/// <summary>
/// A transport that a test plays by hand. It throws on any breach of the contract of <see cref="ITransport"/>: two operations of a
/// kind at once, an empty send, a half-close with a send in flight.
/// </summary>
internal sealed class ScriptTransport : ITransport
{
    private readonly LeakCounters _leaks;
    private readonly Queue<byte[]> _incoming = new();
    private readonly List<byte> _sent = [];
    private ITransportEvents? _events;
    private Memory<byte> _buffer;
    private bool _peerEnded;
    private Reason _broken;
    private bool _socketOpen = true;

    internal ScriptTransport(LeakCounters leaks)
    {
        _leaks = leaks;
        leaks.Sockets.Add();
    }

    public IPEndPoint Remote { get; init; } = new(IPAddress.Loopback, 40000);

    public IPEndPoint Local { get; init; } = new(IPAddress.Loopback, 1935);

    public long UnacknowledgedBytes { get; set; }

    /// <summary>Whether operations that could be complete at once are.</summary>
    internal bool ReceivesAtOnce { get; set; } = true;

    internal bool SendsAtOnce { get; set; } = true;

    internal bool ReceiveInFlight { get; private set; }

    internal SendBatch? SendInFlight { get; private set; }

    internal int BufferLength => _buffer.Length;

    internal int UnsentLimit { get; private set; }

    internal int CloseCalls { get; private set; }

    /// <summary>What a close throws, if anything: a breach of the contract.</summary>
    internal Exception? CloseFault { get; init; }

    internal bool Finished { get; private set; }

    internal List<int> SendSizes { get; } = [];

    internal int InputLeft => _incoming.Sum(static chunk => chunk.Length);

    internal byte[] Sent => [.. _sent];

    /// <summary>Why the next send fails at once, if it does.</summary>
    internal Reason NextSendFails { get; set; }

    public void Bind(ITransportEvents events) => _events = events;

    public IoResult Receive(Memory<byte> buffer)
    {
        Require(!ReceiveInFlight, "Two receives at once.");
        Require(CloseCalls == 0, "A receive after the close.");
        if (ReceivesAtOnce && TryReceive(buffer) is { } result)
        {
            return result;
        }

        ReceiveInFlight = true;
        _buffer = buffer;
        return IoResult.Pending;
    }

    public IoResult Send(SendBatch batch)
    {
        Require(SendInFlight is null, "Two sends at once.");
        Require(CloseCalls == 0, "A send after the close.");
        Require(!batch.IsEmpty, "An empty send.");
        Require(!Finished, "A send behind the half-close.");
        if (NextSendFails != Reason.None)
        {
            return IoResult.Failed(NextSendFails);
        }

        if (SendsAtOnce)
        {
            return IoResult.Completed(Take(batch));
        }

        SendInFlight = batch;
        return IoResult.Pending;
    }

    public void FinishSending()
    {
        Require(SendInFlight is null, "A half-close with a send in flight.");
        Require(!Finished, "Two half-closes.");
        Finished = true;
    }

    public void LimitUnsent(int bytes) => UnsentLimit = bytes;

    public void Close()
    {
        CloseCalls++;
        CloseSocketIfAlone();
        if (CloseFault is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>The peer sends; a receive in flight completes if operations complete at once.</summary>
    internal void Deliver(params byte[] bytes)
    {
        _incoming.Enqueue(bytes);
        Poke();
    }

    internal void EndInput()
    {
        _peerEnded = true;
        Poke();
    }

    internal void Break(Reason why)
    {
        _broken = why;
        Poke();
    }

    /// <summary>Completes the receive in flight with what there is; with nothing there, it stays.</summary>
    internal void CompleteReceive()
    {
        Require(ReceiveInFlight, "No receive is in flight.");
        if (CloseCalls > 0)
        {
            FinishReceive(IoResult.Failed(Reason.ConnectionAborted));
        }
        else if (TryReceive(_buffer) is { } result)
        {
            FinishReceive(result);
        }
    }

    internal void CompleteReceiveIfWaiting()
    {
        if (ReceiveInFlight)
        {
            CompleteReceive();
        }
    }

    internal void CompleteSend(Reason failure = Reason.None)
    {
        var batch = SendInFlight ?? throw new InvalidOperationException("No send is in flight.");
        var result = failure != Reason.None || CloseCalls > 0
            ? IoResult.Failed(failure == Reason.None ? Reason.ConnectionAborted : failure)
            : IoResult.Completed(Take(batch));
        SendInFlight = null;
        CloseSocketIfAlone();
        Events.SendCompleted(result);
    }

    private ITransportEvents Events => _events ?? throw new InvalidOperationException("Not bound.");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private void Poke()
    {
        if (ReceivesAtOnce && ReceiveInFlight)
        {
            CompleteReceive();
        }
    }

    private void FinishReceive(IoResult result)
    {
        ReceiveInFlight = false;
        CloseSocketIfAlone();
        Events.ReceiveCompleted(result);
    }

    private IoResult? TryReceive(Memory<byte> buffer)
    {
        if (_broken != Reason.None)
        {
            return IoResult.Failed(_broken);
        }

        if (_incoming.TryPeek(out var chunk))
        {
            if (buffer.IsEmpty)
            {
                return IoResult.Completed(0);
            }

            _incoming.Dequeue();
            var taken = Math.Min(chunk.Length, buffer.Length);
            chunk.AsSpan(0, taken).CopyTo(buffer.Span);
            if (taken < chunk.Length)
            {
                var rest = _incoming.ToArray();
                _incoming.Clear();
                _incoming.Enqueue(chunk[taken..]);
                Array.ForEach(rest, _incoming.Enqueue);
            }

            return IoResult.Completed(taken);
        }

        return _peerEnded ? buffer.IsEmpty ? IoResult.Completed(0) : IoResult.EndOfStream : null;
    }

    private int Take(SendBatch batch)
    {
        var bytes = new byte[batch.Bytes];
        batch.CopyTo(bytes);
        _sent.AddRange(bytes);
        SendSizes.Add(bytes.Length);
        return bytes.Length;
    }

    // Exactly once, and not before everything in flight has come home.
    private void CloseSocketIfAlone()
    {
        if (_socketOpen && CloseCalls > 0 && !ReceiveInFlight && SendInFlight is null)
        {
            _socketOpen = false;
            _leaks.Sockets.Remove();
        }
    }
}
