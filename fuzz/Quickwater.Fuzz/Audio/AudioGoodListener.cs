using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>A listener of the same station that does nothing wrong and reads at once: it must get every chunk, in order.</summary>
internal sealed class AudioGoodListener
{
    private readonly AudioServerSession _session;
    private readonly AudioMessageReader _reader;
    private readonly SendBatch _batch = new();
    private readonly byte[] _received = new byte[64 * 1024];
    private long _next = -1;

    public AudioGoodListener(AudioServerSession session, PooledBytes.Pool buffers)
    {
        _session = session;
        _reader = new AudioMessageReader(buffers, AudioWire.BodyBytesMax);
        session.Receive(AudioMessageWriter.ToArray(new Hello(AudioTape.Station, "good")), SessionFeed.Start);
        GoOn(SessionFeed.Start);
    }

    /// <summary>Takes all there is.</summary>
    public void GoOn(Instant now)
    {
        int bytes;
        do
        {
            _batch.Begin(_received.Length);
            _session.Transmit(_batch, now);
            bytes = _batch.Bytes;
            _batch.CopyTo(_received);
            _batch.Release();
            _session.Sent(bytes, now);
            Read(_received.AsSpan(0, bytes));
        }
        while (bytes > 0);
        Require(_session.Ended == Reason.None, $"a good listener was ended: {_session.Ended}");
    }

    /// <summary>The station was heard to its last chunk.</summary>
    public void Finish(Instant now, Station station)
    {
        // Its rate may not have had room for all.
        for (var i = 1; i < 10 && _next < station.Stats.Chunks; i++)
        {
            GoOn(now + TimeSpan.FromSeconds(i));
        }

        Require(_next == station.Stats.Chunks, $"a good listener heard to {_next} of {station.Stats.Chunks}");
        _session.Close(Reason.Cancelled, now);
        _reader.Free();
    }

    private void Read(ReadOnlySpan<byte> bytes)
    {
        while (_reader.Read(ref bytes, out var message))
        {
            Require(
                message.Type is AudioMessageType.Accept or AudioMessageType.Format or AudioMessageType.Metadata or AudioMessageType.Audio,
                $"a good listener was told {message.Type}");
            if (message.Type == AudioMessageType.Audio)
            {
                Require(AudioChunk.TryRead(message.Body, out var chunk) && (_next < 0 || chunk.Sequence == _next), $"a good listener heard {chunk.Sequence} and not {_next}");
                _next = chunk.Sequence + 1;
            }
        }

        Require(_reader.Fault == Reason.None, "a good listener got a broken message");
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new FuzzFailedException(what);
        }
    }
}
