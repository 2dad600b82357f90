using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>What one RTMP connection may take. Immutable; every limit names the <see cref="Reason"/> it ends or refuses with.</summary>
/// <remarks>Records are made anywhere; whoever makes one from configuration calls <see cref="Validate"/> before using it.</remarks>
public sealed record RtmpLimits
{
    /// <summary>The chunk size that both sides start with (RTMP 1.0, 5.4.1).</summary>
    public const int InitialChunkSize = 128;

    /// <summary>The longest message that a chunk header can declare (24 bits, RTMP 1.0, 5.3.1.2).</summary>
    public const int WireMessageBytesMax = 0xFFFFFF;

    /// <summary>AMF nesting that the reader keeps room for.</summary>
    internal const int AmfDepthCapacity = 64;

    /// <summary>The defaults.</summary>
    public static RtmpLimits Default { get; } = new();

    /// <summary>
    /// Bytes of one message; more ends with <see cref="Reason.MessageTooLarge"/> as soon as its header is read. Default: all that the
    /// 24-bit length field can say (16 MiB less 1), because keyframes of several megabytes are real and memory grows only with
    /// what arrives. Range 1024 to 16777215.
    /// </summary>
    public int MessageBytesMax { get; init; } = WireMessageBytesMax;

    /// <summary>
    /// Bytes of one command or control message, and of all unfinished messages of a peer that does not publish: more ends with
    /// <see cref="Reason.MessageTooLarge"/>. Only who was let publish has media to send. Default 64 KiB: real commands are below 2 KiB.
    /// Range 4096 to 16777215.
    /// </summary>
    public int CommandBytesMax { get; init; } = 64 * 1024;

    /// <summary>
    /// Bytes of one data message, such as metadata; more ends with <see cref="Reason.MessageTooLarge"/>. Default 1 MiB, what a stream keeps of them:
    /// an index of the keyframes of a long film fits. Range 4096 to 16777215.
    /// </summary>
    public int DataBytesMax { get; init; } = 1024 * 1024;

    /// <summary>
    /// Bytes of all unfinished messages of a connection together; more ends with <see cref="Reason.MessageTooLarge"/>. Without it the bound
    /// would be <see cref="MessageBytesMax"/> times <see cref="ChunkStreamsMax"/>. Default 32 MiB: the largest keyframe and as much
    /// again beside it. At least <see cref="MessageBytesMax"/>, at most 1 GiB.
    /// </summary>
    public int ReassemblyBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// Chunk streams that one peer may open; more ends with <see cref="Reason.TooManyChunkStreams"/>. Default 64: encoders and players use fewer
    /// than ten. Range 4 to 65536.
    /// </summary>
    public int ChunkStreamsMax { get; init; } = 64;

    /// <summary>
    /// The largest chunk size that a peer may set; 0 and more than this end with <see cref="Reason.ChunkSizeOutOfRange"/>. Default 0xFFFFFF:
    /// the specification makes everything above mean the same (RTMP 1.0, 5.4.1), and a chunk size costs no memory here. Range
    /// 128 to 16777215.
    /// </summary>
    public int ChunkSizeMax { get; init; } = WireMessageBytesMax;

    /// <summary>
    /// Message streams that one connection may create; more are refused with <see cref="Reason.TooManyMessageStreams"/>. Default 16: real
    /// clients create one or two. Range 1 to 1024.
    /// </summary>
    public int MessageStreamsMax { get; init; } = 16;

    /// <summary>
    /// Time for the whole handshake, from accept; <see cref="Reason.HandshakeTimeout"/>. Default 10 s, our requirement RTMP-1.6. Range 100 ms
    /// to 10 min.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time without a byte from the peer, answers to our pings included; <see cref="Reason.IdleTimeout"/>. Default 60 s, nginx-rtmp's
    /// <c>timeout</c>. Range 1 s to 1 h.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Levels of nested AMF objects and arrays; more ends with <see cref="Reason.AmfTooDeep"/>. Default 32, our requirement RTMP-3.11. Range 1
    /// to 64.
    /// </summary>
    public int AmfDepthMax { get; init; } = 32;

    /// <summary>
    /// Bytes of one AMF string, XML or byte array; more ends with <see cref="Reason.AmfTooLarge"/>. Default 65536, our requirement RTMP-3.11. Range 256 to
    /// 16777215.
    /// </summary>
    public int AmfStringBytesMax { get; init; } = 64 * 1024;

    /// <summary>
    /// AMF values in one message, nested ones included, and what is referred to again each time; more ends with <see cref="Reason.AmfTooLarge"/>. Default 4096: the largest metadata seen
    /// in files with keyframe indexes fits; a live encoder sends about thirty. Range 16 to 1000000.
    /// </summary>
    public int AmfElementsMax { get; init; } = 4096;

    /// <summary>
    /// Messages in one aggregate message; more ends with <see cref="Reason.MessageTooLarge"/>. Default 4096: senders put a second or two of
    /// media into one. Without it 16 MiB could be a million messages in one turn. Range 16 to 1000000.
    /// </summary>
    public int AggregatePartsMax { get; init; } = 4096;

    /// <summary>
    /// The chunk size that this side announces and sends with. Default 60000, which SRS has sent to every kind of player for years: nearly
    /// every frame is then one chunk, and it stays below the 65536 that old players accept. Range 128 to 65536 (RTMP-2.1).
    /// </summary>
    public int OutChunkSize { get; init; } = 60_000;

    /// <summary>
    /// The window after which each side acknowledges bytes (RTMP 1.0, 5.4.3 to 5.4.5). Default 2500000, what Flash Media Server announced and
    /// clients expect. Range 1000 to 2147483647.
    /// </summary>
    public int WindowAckBytes { get; init; } = 2_500_000;

    /// <summary>
    /// What is wrong, one message for each wrong value, naming its key, the value and what is allowed; empty when all is well.
    /// </summary>
    /// <param name="section">The configuration section that the keys stand in.</param>
    public IReadOnlyList<string> Validate(string section = "rtmp.limits")
    {
        var faults = new List<string>();
        Check("messageBytesMax", MessageBytesMax, 1024, WireMessageBytesMax);
        Check("commandBytesMax", CommandBytesMax, 4096, WireMessageBytesMax);
        Check("dataBytesMax", DataBytesMax, 4096, WireMessageBytesMax);
        Check("reassemblyBytesMax", ReassemblyBytesMax, Math.Max(MessageBytesMax, 1024), 1 << 30);
        Check("chunkStreamsMax", ChunkStreamsMax, 4, 65_536);
        Check("chunkSizeMax", ChunkSizeMax, InitialChunkSize, WireMessageBytesMax);
        Check("messageStreamsMax", MessageStreamsMax, 1, 1024);
        CheckTime("handshakeTimeout", HandshakeTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        CheckTime("idleTimeout", IdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Check("amfDepthMax", AmfDepthMax, 1, AmfDepthCapacity);
        Check("amfStringBytesMax", AmfStringBytesMax, 256, WireMessageBytesMax);
        Check("amfElementsMax", AmfElementsMax, 16, 1_000_000);
        Check("aggregatePartsMax", AggregatePartsMax, 16, 1_000_000);
        Check("outChunkSize", OutChunkSize, InitialChunkSize, 65_536);
        Check("windowAckBytes", WindowAckBytes, 1000, int.MaxValue);
        return faults;

        void Check(string key, int value, int least, int most)
        {
            if (value < least || value > most)
            {
                faults.Add($"{section}.{key} is {value}; allowed is {least} to {most}.");
            }
        }

        void CheckTime(string key, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                faults.Add($"{section}.{key} is {value}; allowed is {least} to {most}.");
            }
        }
    }
}
