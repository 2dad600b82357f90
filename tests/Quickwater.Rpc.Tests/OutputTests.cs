using System.Net;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>Frames on their way out: whole, in order, and counted for whom they are held.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly MemoryBudget _memory = new(1 << 20);
    private readonly MemoryHolder _holder;
    private readonly RpcOutput _output;
    private readonly List<byte> _sent = [];

    public OutputTests()
    {
        _holder = _memory.Enter(IPAddress.Loopback);
        _output = new RpcOutput(_holder);
    }

    [Fact]
    public void Every_kind_of_frame_has_its_head_and_its_length()
    {
        _output.Begin(1);
        _output.Write("body"u8);
        Assert.Equal(4, _output.BodyBytes);
        _output.End();
        _output.Begin(2, RpcFrameKind.Credit);
        _output.Write(0x01020304u);
        _output.End();
        _output.Begin(3, RpcFrameKind.Item, RpcEncoding.Binary);
        _output.End();
        _output.WriteError(4, new RpcError(RpcErrorCode.MethodNotFound, "é"));
        _output.WriteBaseError(5, new RpcError(RpcErrorCode.MethodNotFound, "é"));
        Send(64 * 1024);
        var frames = Frame.Parse(_sent.ToArray(), out var rest);
        Assert.Equal(0, rest);
        Assert.Equal([1u, 2u, 3u, 4u, 5u], frames.Select(frame => frame.Id));
        Assert.Equal("body", frames[0].Text);
        Assert.Equal([(byte)RpcFrameKind.Credit, 1, 2, 3, 4], frames[1].Body);
        Assert.Equal([(byte)RpcFrameKind.Item, (byte)RpcEncoding.Binary], frames[2].Body);
        Assert.Equal([(byte)RpcFrameKind.Error, 0xFF, 0xFF, 0x80, 0xA7, 0xC3, 0xA9], frames[3].Body);
        Assert.Equal("""{"error":{"code":-32601,"message":"é"}}""", frames[4].Text);
    }

    [Fact]
    public void A_frame_that_is_abandoned_leaves_nothing()
    {
        Add(1, 10);
        _output.Begin(2);
        _output.Write(new byte[20_000]);
        _output.Abandon();
        Add(3, 10);
        Assert.Equal(2 * (RpcHeader.Bytes + 10), _output.Pending);
        Send(64 * 1024);
        Assert.Equal([1u, 3u], Frame.Parse(_sent.ToArray(), out _).Select(frame => frame.Id));
    }

    [Fact]
    public void What_does_not_fit_a_batch_follows_in_order_also_when_more_comes_in_between()
    {
        Add(1, 5000);
        Assert.True(Send(1000));
        Assert.Equal(1000, _sent.Count);
        _output.Begin(2);
        _output.Write(new byte[100]);
        _output.Write(new byte[30_000]); // moves what is left, with the frame that has begun
        _output.End();
        Assert.True(Send(4012 + 30_100 + RpcHeader.Bytes - 1));
        Assert.False(Send(1));
        Assert.Equal([(1u, 5000), (2u, 30_100)], Frame.Parse(_sent.ToArray(), out var rest).Select(frame => (frame.Id, frame.Body.Length)));
        Assert.Equal((0, 0L), (rest, _holder.Bytes));
    }

    [Fact]
    public void Memory_counts_until_its_send_is_complete()
    {
        Add(1, 10);
        Assert.Equal(4096, _holder.Bytes);
        Assert.False(Send(64 * 1024));
        Assert.Equal((0, 4096L), (_output.Pending, _holder.Bytes));
        Add(2, 10);
        Assert.Equal(8192, _holder.Bytes);
        _output.Sent();
        Assert.Equal(4096, _holder.Bytes);
        _output.Sent();
        Assert.Equal(4096, _holder.Bytes);
        Assert.False(_output.IsStarved);
        _holder.Take(1 << 18);
        Assert.True(_output.IsStarved);
        _holder.Give(1 << 18);
        Send(64 * 1024);
        _output.Release(); // also what is on its way
        Assert.Equal(0, _holder.Bytes);
    }

    public void Dispose()
    {
        _output.Release();
        Assert.Equal((0, 0L, 0L), (_output.Pending, _holder.Bytes, _memory.Used));
    }

    private void Add(uint id, int bytes)
    {
        _output.Begin(id);
        _output.Write(new byte[bytes]);
        _output.End();
    }

    private bool Send(int room)
    {
        var batch = new SendBatch();
        batch.Begin(room);
        var more = _output.Transmit(batch);
        var bytes = new byte[batch.Bytes];
        batch.CopyTo(bytes);
        batch.Release();
        _sent.AddRange(bytes);
        return more;
    }
}
