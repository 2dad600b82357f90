using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>What the scenario's clients and server say.</summary>
/// <remarks>
/// <code>
///   0       1        5          9          17
///   | shard | client | sequence | checksum | filler ...
/// </code>
/// The shard is 255 while the client does not know it. The checksum covers all the rest.
/// </remarks>
internal readonly record struct EchoDatagram(byte Shard, uint Client, uint Sequence)
{
    internal const int HeaderBytes = 17;
    internal const byte AnyShard = 255;

    /// <summary>The sequence of a datagram over which the server throws.</summary>
    internal const uint Throw = uint.MaxValue;

    internal static bool TryRead(ReadOnlySpan<byte> bytes, out EchoDatagram datagram)
    {
        datagram = default;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(bytes[9..]) != Sum(bytes))
        {
            return false;
        }

        datagram = new EchoDatagram(bytes[0], BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[5..]));
        return true;
    }

    /// <summary>Fills the span.</summary>
    internal void Write(Span<byte> bytes)
    {
        bytes[0] = Shard;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[1..], Client);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[5..], Sequence);
        bytes[HeaderBytes..].Fill((byte)Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[9..], Sum(bytes));
    }

    private static ulong Sum(ReadOnlySpan<byte> bytes) =>
        Checksum.Of([new ArraySegment<byte>(bytes[..9].ToArray()), new ArraySegment<byte>(bytes[HeaderBytes..].ToArray())]);
}
