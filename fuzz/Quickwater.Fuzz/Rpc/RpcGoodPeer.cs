using System.Text;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rpc;

namespace Quickwater.Fuzz;

/// <summary>A base client on the same server that does nothing wrong: it must get every answer, and the right one.</summary>
internal sealed class RpcGoodPeer
{
    private readonly RpcServerSession _session;
    private readonly Rng _rng;
    private readonly SendBatch _batch = new();
    private readonly RpcFrameReader _reader;
    private readonly HashSet<uint> _asked = [];
    private readonly List<byte> _unread = []; // what the session left
    private readonly byte[] _received = new byte[64 * 1024];
    private uint _lastId;

    public RpcGoodPeer(RpcServerSession session, Rng rng, PooledBytes.Pool buffers, string? token)
    {
        _session = session;
        _rng = rng;
        _reader = new RpcFrameReader(RpcWork.BodyBytesMax, buffers);
        if (token is not null)
        {
            _unread.AddRange(new RpcTape().Authenticate(Ask(), token).Bytes);
        }

        Call("later");
    }

    /// <summary>One more call, and whatever moves.</summary>
    public void GoOn(Instant now)
    {
        if (_asked.Count < 8)
        {
            Call(_rng.Chance(0.9) ? "echo" : "later");
        }

        Move(now);
    }

    /// <summary>Nothing stands in the way any more: nothing may be owed.</summary>
    public void Finish(RpcWork work, Instant now)
    {
        for (var i = 0; i < 10; i++)
        {
            work.Finish();
            Move(now);
        }

        Require(_asked.Count == 0, $"{_asked.Count} answers to a good client are lost");
        _session.Close(Reason.Cancelled, now);
        _reader.Release();
    }

    private uint Ask()
    {
        _asked.Add(++_lastId);
        return _lastId;
    }

    // The answer to an echo is known: what was asked is its id.
    private void Call(string method)
    {
        var id = Ask();
        _unread.AddRange(new RpcTape().Base(id, $"{{\"method\":\"{method}\",\"params\":{id}}}").Bytes);
    }

    private void Move(Instant now)
    {
        var result = _session.Receive(_unread.ToArray(), now);
        _unread.RemoveRange(0, result.Consumed);
        for (var more = true; more;)
        {
            _batch.Begin(_received.Length);
            more = _session.Transmit(_batch, now);
            _batch.CopyTo(_received);
            var bytes = _received.AsSpan(0, _batch.Bytes);
            _batch.Release();
            Read(bytes);
        }

        Require(_session.Ended == Reason.None, $"a good client was ended: {_session.Ended}");
    }

    private void Read(ReadOnlySpan<byte> bytes)
    {
        while (_reader.Read(bytes, out var consumed, out var header, out var body) == RpcReadStatus.Frame)
        {
            bytes = bytes[consumed..];
            Require(_asked.Remove(header.RequestId), $"a good client got an answer that it did not ask for, or twice: {header.RequestId}");
            var known = body.StartsWith("{\"result\":"u8) && body.Length < 30 && body[10] is not (byte)'{';
            Require(
                !known || Encoding.UTF8.GetString(body) == $"{{\"result\":{header.RequestId}}}", $"a good client got {Encoding.UTF8.GetString(body)} as {header.RequestId}");
        }

        Require(bytes.IsEmpty && _reader.Failure == Reason.None, "a good client got a broken frame");
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new FuzzFailedException(what);
        }
    }
}
