using System.Buffers.Binary;

namespace Quickwater.Sim;

/// <summary>
/// A frame of the echo scenario: 12 bytes. The server gives each frame back, in order, exactly once.
/// </summary>
/// <remarks>
/// <code>
///   0       4       8      12
///   | kind  | number| check |   big-endian; check is a mix of the other two
/// </code>
/// </remarks>
internal readonly record struct EchoFrame(EchoKind Kind, uint Number)
{
    internal const int Size = 12;

    internal static bool TryRead(ReadOnlySpan<byte> bytes, out EchoFrame frame)
    {
        frame = new EchoFrame((EchoKind)BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));
        return frame.Kind is >= EchoKind.Plain and <= EchoKind.Throw
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]) == frame.Check;
    }

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Kind);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], Number);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], Check);
    }

    private uint Check => ((uint)Kind + 0x9E3779B9) * (Number ^ 0x85EBCA6B);
}

/// <summary>What a frame asks of the server.</summary>
internal enum EchoKind : uint
{
    /// <summary>To give it back.</summary>
    Plain = 1,

    /// <summary>To ask the backend first, whose answer comes by mailbox.</summary>
    Ask = 2,

    /// <summary>The answer to <see cref="Ask"/> when the backend took too long.</summary>
    TimedOut = 3,

    /// <summary>To throw, as a session with a fault does.</summary>
    Throw = 4,
}
