using System.Buffers;
using Quickwater.Core;

namespace Quickwater.Bench;

/// <summary>
/// The least that can drive a transport: receive, answer, send, again. One operation is under way at a time, so it needs no locks: what
/// remains is the cost of the back end.
/// </summary>
internal sealed class EchoPump : ITransportEvents
{
    private const int BufferBytes = 32 * 1024;

    private readonly ITransport _transport;
    private readonly bool _waitsFirst;
    private readonly SendBatch _batch = new();
    private byte[]? _buffer;
    private int _have;
    private Step _step;

    private EchoPump(ITransport transport, bool waitsFirst)
    {
        _transport = transport;
        _waitsFirst = waitsFirst;
        _step = FirstStep;
    }

    private enum Step
    {
        Wait,
        Receive,
        Send,
    }

    // With a rest of a frame in the buffer, waiting without a buffer would save nothing.
    private Step FirstStep => _waitsFirst && _have == 0 ? Step.Wait : Step.Receive;

    public static void Start(ITransport transport, bool waitsFirst)
    {
        var pump = new EchoPump(transport, waitsFirst);
        transport.Bind(pump);
        pump.Run(IoResult.Pending);
    }

    void ITransportEvents.ReceiveCompleted(IoResult result) => Run(result);

    void ITransportEvents.SendCompleted(IoResult result) => Run(result);

    void ITransportEvents.Faulted(Exception fault) => Console.Error.WriteLine(fault);

    // Takes the result of the step under way (Pending: start it), and goes on while things complete at once.
    private void Run(IoResult result)
    {
        while (true)
        {
            if (result.Status == IoStatus.Pending)
            {
                result = StartStep();
                if (result.Status == IoStatus.Pending)
                {
                    return;
                }
            }

            if (result.Status != IoStatus.Completed || !FinishStep(result.Bytes))
            {
                End();
                return;
            }

            result = IoResult.Pending;
        }
    }

    private IoResult StartStep()
    {
        switch (_step)
        {
            case Step.Wait:
                return _transport.Receive(Memory<byte>.Empty);
            case Step.Receive:
                _buffer ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
                return _transport.Receive(_buffer.AsMemory(_have));
            default:
                return _transport.Send(_batch);
        }
    }

    private bool FinishStep(int bytes)
    {
        switch (_step)
        {
            case Step.Wait:
                _step = Step.Receive;
                return true;
            case Step.Receive:
                _have += bytes;
                return Answer();
            default:
                _batch.Release();
                _step = FirstStep;
                return true;
        }
    }

    private bool Answer()
    {
        _batch.Begin(BufferBytes * 2);
        var taken = EchoFrames.Answer(_buffer.AsSpan(0, _have), _batch);
        if (taken < 0 || _buffer is null)
        {
            return false;
        }

        _have -= taken;
        if (_have > 0)
        {
            _buffer.AsSpan(taken, _have).CopyTo(_buffer);
        }
        else if (_waitsFirst)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }

        _step = _batch.IsEmpty ? FirstStep : Step.Send;
        return true;
    }

    private void End()
    {
        _transport.Close();
        _batch.Release();
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}
