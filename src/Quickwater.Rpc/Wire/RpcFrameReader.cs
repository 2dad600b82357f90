using System.Diagnostics.CodeAnalysis;
using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// Cuts received bytes into frames, however they were cut on the way. A frame that lies whole in the input is given as it lies there. A
/// short one that does not is left to the caller's buffer; a long one is collected here as it arrives, so that a length alone
/// never makes this side take memory. Belongs to its connection's turn.
/// </summary>
/// <param name="bodyBytesMax">Longest body; of a longer one only the header is given, and nothing is kept.</param>
/// <param name="buffers">Where long bodies are collected.</param>
/// <param name="holder">Whose peer they are held for; without memory left for it, the reader fails with <see cref="Reason.MemoryPressure"/>. Null where nobody counts.</param>
public sealed class RpcFrameReader(int bodyBytesMax, PooledBytes.Pool buffers, MemoryHolder? holder = null)
{
    /// <summary>A frame up to this long waits in the caller's buffer. The engine's receive buffer holds at least as much.</summary>
    internal const int WaitingBytesMax = 4096;

    private PooledBytes? _collected;
    private RpcHeader _header;
    private bool _whole; // the collected frame was given
    private bool _held; // ... and is to be given again
    private uint _passing; // bytes to come of a body that is too long

    /// <summary>Why it failed; <see cref="Reason.None"/> while it did not.</summary>
    public Reason Failure { get; private set; }

    /// <summary>Longest body from now on.</summary>
    public int BodyBytesMax { get; set; } = bodyBytesMax;

    /// <summary>Whether a frame has begun that the input has not finished, as far as the reader keeps it.</summary>
    public bool IsInsideFrame => _passing > 0 || (_collected is not null && !_whole);

    /// <summary>Bytes that it holds.</summary>
    [ExcludeFromCodeCoverage(Justification = "Asked by the fuzz targets.")]
    internal int HeldBytes => _collected?.Length ?? 0;

    /// <summary>Reads the next frame.</summary>
    /// <param name="input">The bytes that were not consumed so far.</param>
    /// <param name="consumed">Bytes that the caller must not offer again.</param>
    /// <param name="header">The frame's header.</param>
    /// <param name="body">Its body, valid until the next call.</param>
    public RpcReadStatus Read(ReadOnlySpan<byte> input, out int consumed, out RpcHeader header, out ReadOnlySpan<byte> body)
    {
        if (_collected is { } collected)
        {
            if (!_whole || _held)
            {
                return Collect(collected, input, out consumed, out header, out body);
            }

            Release();
        }

        if (_passing > 0)
        {
            return PassOver(input, out consumed, out header, out body);
        }

        consumed = 0;
        body = default;
        var read = RpcHeader.TryRead(input, out header);
        if (!RpcHeader.MayBegin(input))
        {
            return Fail(Reason.MalformedHeader);
        }

        if (read == RpcHeaderStatus.TooShort)
        {
            return RpcReadStatus.NeedMore;
        }

        if (header.BodyBytes > (uint)BodyBytesMax)
        {
            _passing = header.BodyBytes;
            consumed = RpcHeader.Bytes;
            return RpcReadStatus.TooLong;
        }

        var frame = RpcHeader.Bytes + (int)header.BodyBytes;
        if (input.Length >= frame)
        {
            body = input[RpcHeader.Bytes..frame];
            consumed = frame;
            return RpcReadStatus.Frame;
        }

        if (frame > WaitingBytesMax)
        {
            _header = header;
            _collected = buffers.Rent(holder);
            if (!_collected.TryAppend(input[RpcHeader.Bytes..]))
            {
                return Fail(Reason.MemoryPressure);
            }

            consumed = input.Length;
        }

        return RpcReadStatus.NeedMore;
    }

    /// <summary>
    /// The frame that was just read cannot be taken now: it is read again by the next call. The answer is how many of the bytes
    /// that were consumed for it stay so.
    /// </summary>
    public int Hold(int consumed)
    {
        _held = _collected is not null;
        return _held ? consumed : 0;
    }

    /// <summary>Gives back what it holds.</summary>
    public void Release()
    {
        _collected?.Release();
        _collected = null;
        _whole = false;
        _held = false;
    }

    private RpcReadStatus Collect(
        PooledBytes collected, ReadOnlySpan<byte> input, out int consumed, out RpcHeader header, out ReadOnlySpan<byte> body)
    {
        header = _header;
        consumed = Math.Min(input.Length, (int)header.BodyBytes - collected.Length);
        if (!collected.TryAppend(input[..consumed]))
        {
            body = default;
            return Fail(Reason.MemoryPressure);
        }

        _whole = collected.Length == (int)header.BodyBytes;
        _held = false;
        body = _whole ? collected.Span : default;
        return _whole ? RpcReadStatus.Frame : RpcReadStatus.NeedMore;
    }

    private RpcReadStatus PassOver(ReadOnlySpan<byte> input, out int consumed, out RpcHeader header, out ReadOnlySpan<byte> body)
    {
        var passed = (int)Math.Min(_passing, (uint)input.Length);
        _passing -= (uint)passed;
        if (_passing > 0)
        {
            consumed = passed;
            header = default;
            body = default;
            return RpcReadStatus.NeedMore;
        }

        var status = Read(input[passed..], out consumed, out header, out body);
        consumed += passed;
        return status;
    }

    private RpcReadStatus Fail(Reason why)
    {
        Failure = why;
        return RpcReadStatus.Failed;
    }
}
