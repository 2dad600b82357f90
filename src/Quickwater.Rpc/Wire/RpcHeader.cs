using System.Buffers.Binary;

namespace Quickwater.Rpc;

/// <summary>
/// The twelve bytes before every body, in both directions. docs/wire/rpc.md.
/// <code>
///   0               4               8               12
///   +---------------+---------------+---------------+----- - - -
///   | C0 DE BA BE   | request id    | body bytes    | body
///   +---------------+---------------+---------------+----- - - -
/// </code>
/// All three are 32 bits, unsigned, big-endian. A response carries the id of its request.
/// </summary>
/// <param name="RequestId">Chosen by the caller; the server only gives it back.</param>
/// <param name="BodyBytes">Bytes that follow.</param>
public readonly record struct RpcHeader(uint RequestId, uint BodyBytes)
{
    /// <summary>Bytes of a header.</summary>
    public const int Bytes = 12;

    /// <summary>The first four bytes of every frame.</summary>
    public const uint Magic = 0xC0DEBABE;

    /// <summary>Reads a header from the front of the input. Nothing is consumed: that is the caller's to do.</summary>
    public static RpcHeaderStatus TryRead(ReadOnlySpan<byte> input, out RpcHeader header)
    {
        if (input.Length < Bytes)
        {
            header = default;
            return RpcHeaderStatus.TooShort;
        }

        header = new RpcHeader(BinaryPrimitives.ReadUInt32BigEndian(input[4..]), BinaryPrimitives.ReadUInt32BigEndian(input[8..]));
        return BinaryPrimitives.ReadUInt32BigEndian(input) == Magic ? RpcHeaderStatus.Read : RpcHeaderStatus.WrongMagic;
    }

    /// <summary>Whether these bytes, however few, may be the front of a frame: another protocol is told by its first.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> input)
    {
        ReadOnlySpan<byte> magic = [0xC0, 0xDE, 0xBA, 0xBE];
        var bytes = Math.Min(input.Length, magic.Length);
        return input[..bytes].SequenceEqual(magic[..bytes]);
    }

    /// <summary>Writes the header into the first <see cref="Bytes"/> bytes of the destination.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Magic);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], RequestId);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], BodyBytes);
    }
}
