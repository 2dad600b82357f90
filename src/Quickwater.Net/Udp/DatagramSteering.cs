using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// Where a datagram says which shard it belongs to, so that the operating system can bring it there whatever address it comes from. Protocols choose it; only they
/// know what stands in their datagrams.
/// </summary>
/// <param name="ShardOffset">The byte with the number of the shard. 0 to 255.</param>
/// <param name="Mask">Bits of the first byte that tell whether there is one; 0 when there always is.</param>
/// <param name="Value">What these bits are when there is. Other datagrams, such as a first one, go where the hash of their address says.</param>
public readonly record struct DatagramSteering(int ShardOffset, byte Mask = 0, byte Value = 0)
{
    private const ushort LoadByte = 0x30; // BPF_LD | BPF_B | BPF_ABS
    private const ushort And = 0x54; // BPF_ALU | BPF_AND | BPF_K
    private const ushort JumpIfEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private const ushort ReturnLoaded = 0x16; // BPF_RET | BPF_A
    private const ushort ReturnValue = 0x06; // BPF_RET | BPF_K

    // No socket has this index: the kernel takes the hash of the addresses then.
    private const uint ByHash = uint.MaxValue;

    /// <summary>
    /// Lets the kernel choose among the sockets that share an address, which count from 0 in the order in which they were bound. A classic BPF program needs no rights.
    /// False where the kernel has no such thing.
    /// </summary>
    internal unsafe bool TryAttach(int descriptor)
    {
        // What is loaded from behind the end of a datagram ends the program with 0: the first shard sees it, and passes it on or drops it.
        var filters = stackalloc UdpCalls.Filter[]
        {
            new() { Code = LoadByte, Value = 0 },
            new() { Code = And, Value = Mask },
            new() { Code = JumpIfEqual, WhenTrue = 0, WhenFalse = 2, Value = (uint)(Value & Mask) },
            new() { Code = LoadByte, Value = (uint)ShardOffset },
            new() { Code = ReturnLoaded },
            new() { Code = ReturnValue, Value = ByHash },
        };
        var program = new UdpCalls.FilterProgram { Length = 6, Filters = filters };
        return UdpCalls.SetOption(descriptor, UdpCalls.SocketLevel, UdpCalls.AttachSteering, &program, (uint)sizeof(UdpCalls.FilterProgram)) == 0;
    }
}
