using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>
/// Cuts a stream of bytes into messages, however it is fragmented. A message that comes whole is not copied; one that comes in pieces is
/// gathered in a buffer that grows with what arrives. Not thread-safe.
/// </summary>
/// <remarks>
/// <code>
///    0          1                      4
///   ┌──────────┬──────────────────────┬─────────────┐
///   │ type u8  │ body length u24 BE   │ body ...    │
///   └──────────┴──────────────────────┴─────────────┘
/// </code>
/// </remarks>
/// <param name="buffers">Where the buffer for messages in pieces comes from.</param>
/// <param name="bodyBytesMax">A longer body is <see cref="Reason.MessageTooLarge"/> as soon as its header is read.</param>
public sealed class AudioMessageReader(PooledBytes.Pool buffers, int bodyBytesMax)
{
    private PooledBytes? _partial; // header and body as far as they came
    private bool _spent; // the partial message was handed out whole

    /// <summary>Why the stream cannot be read any further; <see cref="Reason.None"/> while it can.</summary>
    public Reason Fault { get; private set; }

    /// <summary>Whether what was read ends with a whole message.</summary>
    public bool IsAtBoundary => _partial is null || _spent;

    /// <summary>Bytes that it holds.</summary>
    internal int HeldBytes => _partial?.Length ?? 0;

    /// <summary>
    /// Takes bytes from the front of the input up to the end of a message. True with a message; false when all input is taken and more is
    /// needed, or with a <see cref="Fault"/>.
    /// </summary>
    public bool Read(ref ReadOnlySpan<byte> input, out AudioMessage message)
    {
        message = default;
        if (_spent)
        {
            Free();
        }

        if (Fault != Reason.None || input.IsEmpty)
        {
            return false;
        }

        if (_partial is null)
        {
            if (TryLength(input, out var whole) && Fault == Reason.None && input.Length >= whole)
            {
                message = new AudioMessage((AudioMessageType)input[0], input[AudioWire.HeaderBytes..whole]);
                input = input[whole..];
                return true;
            }

            if (Fault != Reason.None)
            {
                return false;
            }
        }

        return Gather(ref input, out message);
    }

    /// <summary>Lets go of the buffer; what came in pieces is forgotten.</summary>
    public void Free()
    {
        _partial?.Release();
        _partial = null;
        _spent = false;
    }

    private bool Gather(ref ReadOnlySpan<byte> input, out AudioMessage message)
    {
        message = default;
        var partial = _partial ??= buffers.Rent();
        if (partial.Length < AudioWire.HeaderBytes)
        {
            Append(partial, ref input, AudioWire.HeaderBytes);
        }

        if (!TryLength(partial.Span, out var whole) || Fault != Reason.None)
        {
            return false;
        }

        Append(partial, ref input, whole);
        if (partial.Length < whole)
        {
            return false;
        }

        _spent = true;
        message = new AudioMessage((AudioMessageType)partial.Span[0], partial.Span[AudioWire.HeaderBytes..]);
        return true;
    }

    private static void Append(PooledBytes partial, ref ReadOnlySpan<byte> input, int upTo)
    {
        var count = Math.Min(upTo - partial.Length, input.Length);
        partial.Append(input[..count]);
        input = input[count..];
    }

    // Bytes of the whole message whose header stands first, if the header is there.
    private bool TryLength(ReadOnlySpan<byte> bytes, out int whole)
    {
        whole = 0;
        if (bytes.Length < AudioWire.HeaderBytes)
        {
            return false;
        }

        var body = (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
        if (body > bodyBytesMax)
        {
            Fault = Reason.MessageTooLarge;
        }

        whole = AudioWire.HeaderBytes + body;
        return true;
    }
}
