using System.Buffers.Binary;

namespace Quickwater.Server;

// Behind the codec's header of every frame of a load:
//
//  |"QWLD":32|due:64|sent:64|   both on the machine's monotonic clock, in its own unit

/// <summary>What a frame of a load says of itself: when the schedule wanted it sent, and when it was.</summary>
/// <param name="Due">The instant of the schedule.</param>
/// <param name="Sent">The instant at which it was given to the connection.</param>
internal readonly record struct LoadStamp(long Due, long Sent)
{
    /// <summary>Its length.</summary>
    public const int Bytes = 20;

    private const uint Magic = 0x51574C44;

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, Magic);
        BinaryPrimitives.WriteInt64BigEndian(to[4..], Due);
        BinaryPrimitives.WriteInt64BigEndian(to[12..], Sent);
    }

    /// <summary>Reads it; false when these bytes are not one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out LoadStamp stamp)
    {
        stamp = default;
        if (from.Length < Bytes || BinaryPrimitives.ReadUInt32BigEndian(from) != Magic)
        {
            return false;
        }

        stamp = new LoadStamp(BinaryPrimitives.ReadInt64BigEndian(from[4..]), BinaryPrimitives.ReadInt64BigEndian(from[12..]));
        return true;
    }
}
