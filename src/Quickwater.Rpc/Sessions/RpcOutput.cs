using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// Frames on their way out, whole and one behind the other: so no two can interleave, wherever a batch ends. It holds memory only
/// while there are some. Belongs to its connection's turn.
/// </summary>
/// <param name="holder">Whose peer it is held for; null where nobody counts.</param>
internal sealed class RpcOutput(MemoryHolder? holder = null) : IBufferWriter<byte>
{
    private const int ArrayBytesMin = 4096;
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private byte[] _array = [];
    private int _start;
    private int _end;
    private int _frame;
    private int _sending; // bytes of an array that a send under way took over

    /// <summary>Bytes that wait to be sent.</summary>
    public int Pending => _end - _start;

    /// <summary>Whether there is no memory for more of what the peer asks for.</summary>
    public bool IsStarved => holder is { IsFull: true };

    /// <summary>Bytes of the body of the frame that is being written.</summary>
    public int BodyBytes => _end - _frame - RpcHeader.Bytes;

    /// <summary>Begins a frame.</summary>
    public void Begin(uint id)
    {
        _frame = _end;
        new RpcHeader(id, 0).Write(GetSpan(RpcHeader.Bytes));
        _end += RpcHeader.Bytes;
    }

    /// <summary>Begins an extended frame.</summary>
    public void Begin(uint id, RpcFrameKind kind)
    {
        Begin(id);
        GetSpan(1)[0] = (byte)kind;
        _end++;
    }

    /// <summary>Begins a frame whose second byte says what the payload is.</summary>
    public void Begin(uint id, RpcFrameKind kind, RpcEncoding encoding)
    {
        _frame = _end;
        var head = GetSpan(RpcHeader.Bytes + 2);
        head[RpcHeader.Bytes + 1] = (byte)encoding;
        head[RpcHeader.Bytes] = (byte)kind;
        new RpcHeader(id, 0).Write(head);
        _end += RpcHeader.Bytes + 2;
    }

    /// <summary>The frame is whole.</summary>
    public void End() => BinaryPrimitives.WriteUInt32BigEndian(_array.AsSpan(_frame + 8), (uint)BodyBytes);

    /// <summary>Forgets the frame that was begun.</summary>
    public void Abandon() => _end = _frame;

    /// <summary>Adds bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _end += bytes.Length;
    }

    /// <summary>Adds a number, big-endian.</summary>
    public void Write(uint number)
    {
        BinaryPrimitives.WriteUInt32BigEndian(GetSpan(4), number);
        _end += 4;
    }

    /// <summary>A whole frame with a base error.</summary>
    public void WriteBaseError(uint id, RpcError error)
    {
        Begin(id);
        using (var json = new Utf8JsonWriter(this, Relaxed))
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteNumber("code"u8, (int)error.Code);
            json.WriteString("message"u8, error.Message);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        End();
    }

    /// <summary>A whole frame with an extended error.</summary>
    public void WriteError(uint id, RpcError error)
    {
        Begin(id, RpcFrameKind.Error);
        Write(unchecked((uint)(int)error.Code));
        Advance(System.Text.Encoding.UTF8.GetBytes(error.Message, GetSpan(System.Text.Encoding.UTF8.GetMaxByteCount(error.Message.Length))));
        End();
    }

    /// <summary>Moves what fits into the batch. True when some is left.</summary>
    public bool Transmit(SendBatch batch)
    {
        // Not copied, unless the array is so long that a peer who does not read would make us hold more than a batch.
        if (Pending > 0 && batch.IsEmpty && _array.Length <= batch.Room)
        {
            batch.Adopt(_array, _start, Pending);
            _sending += _array.Length;
            _array = [];
            _start = _end = _frame = 0;
            return false;
        }

        var bytes = Math.Max(0, Math.Min(batch.Room, Pending));
        batch.Write(_array.AsSpan(_start, bytes));
        _start += bytes;
        if (Pending > 0)
        {
            return true;
        }

        Clear();
        return false;
    }

    /// <summary>The send that was under way is complete.</summary>
    public void Sent()
    {
        if (_sending > 0)
        {
            holder?.Give(_sending);
            _sending = 0;
        }
    }

    /// <summary>Forgets everything and gives the memory back; what is on its way counts no more.</summary>
    public void Release()
    {
        Sent();
        Clear();
    }

    private void Clear()
    {
        _start = _end = _frame = 0;
        if (_array.Length > 0)
        {
            holder?.Give(_array.Length);
            ByteArrays.Return(_array);
            _array = [];
        }
    }

    /// <inheritdoc/>
    public void Advance(int count) => _end += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _array.AsMemory(_end);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _array.AsSpan(_end);
    }

    private void Reserve(int bytes)
    {
        if (_array.Length - _end < bytes)
        {
            Grow(bytes);
        }
    }

    // What was sent is left behind when the rest moves.
    private void Grow(int bytes)
    {
        var larger = ByteArrays.Rent(Math.Max(ArrayBytesMin, (Pending * 2) + bytes));
        holder?.Take(larger.Length);
        _array.AsSpan(_start, Pending).CopyTo(larger);
        var (frame, pending) = (_frame - _start, Pending);
        Clear();
        (_array, _frame, _end) = (larger, frame, pending);
    }
}
