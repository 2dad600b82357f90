using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Runtime.CompilerServices;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>The receiving side of a <see cref="TlsTransport"/> whose handshake is done. Allocates nothing for a receive.</summary>
internal sealed class TlsReading
{
    private readonly SslStream _stream;
    private readonly TlsPipe _pipe;
    private readonly TlsTransport _owner;
    private readonly Action _done;
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _reading;
    private IoResult _end; // once it has come, it stays
    private bool _isWait; // the read in flight has no buffer
    private bool? _wasCut; // as the last wait saw it: the end beneath had come

    public TlsReading(SslStream stream, TlsPipe pipe, TlsTransport owner)
    {
        (_stream, _pipe, _owner) = (stream, pipe, owner);
        _done = Done;
    }

    /// <summary>Starts to receive. If it is pending, <see cref="TlsTransport.ReadDone"/> follows.</summary>
    [SuppressMessage("Reliability", "CA2012", Justification = "The awaiter is kept while the read is pending, and asked once: so nothing is allocated.")]
    public IoResult Start(Memory<byte> buffer)
    {
        if (_end.Status != IoStatus.Pending)
        {
            return _end.Status == IoStatus.EndOfStream && buffer.IsEmpty ? IoResult.Completed(0) : _end;
        }

        _isWait = buffer.IsEmpty;
        var reading = _stream.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false).GetAwaiter();
        if (reading.IsCompleted)
        {
            return Outcome(reading);
        }

        _reading = reading;
        reading.UnsafeOnCompleted(_done);
        return IoResult.Pending;
    }

    private void Done()
    {
        var reading = _reading;
        _reading = default;
        _owner.ReadDone(Outcome(reading));
    }

    private IoResult Outcome(ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter reading)
    {
        try
        {
            var count = reading.GetResult();
            if (count > 0)
            {
                _wasCut = null;
                return IoResult.Completed(count);
            }

            if (_isWait)
            {
                _wasCut = _pipe.HasEnded; // the read behind it may find the end beneath, also behind a close_notify
                return IoResult.Completed(0);
            }

            _end = _wasCut ?? _pipe.HasEnded ? IoResult.Failed(Reason.TlsTruncated) : IoResult.EndOfStream;
        }
        catch (Exception e)
        {
            _end = IoResult.Failed(_pipe.WhyBroken(e));
        }

        return _end;
    }
}
