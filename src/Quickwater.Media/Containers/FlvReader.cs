using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Media;

// A file or stream (FLV 10.1, E.2 to E.4):
//
//  |'F'|'L'|'V'|version:8|flags:8|data offset:32| then up to the data offset: unknown
//  |0:32|                                                                            the size of the tag before the first
//  ( |type:8|length:24|time low:24|time high:8|stream:24| body |11 + length:32| )*

/// <summary>
/// Takes an FLV stream apart into tags, from bytes in any fragmentation. It copies each body once, into the
/// buffer that the tag is handed out in. Not thread-safe.
/// </summary>
public sealed class FlvReader
{
    private const int FirstRentBytes = 4096;
    private const int FileHeaderBytes = 9;
    private const int TagHeaderBytes = 11;
    private const int SizeBytes = 4;
    private const int DataOffsetMax = 4096;

    private readonly int _tagBytesMax;
    private readonly PooledBytes.Pool _pool;
    private Part _part;
    private int _left; // bytes to pass over, or of the body to come
    private FlvTagType _type;
    private uint _timestamp;
    private uint _expectedSize;
    private PooledBytes? _payload;

    /// <summary>Makes a reader that begins at the file header.</summary>
    /// <param name="tagBytesMax">Bytes of one tag's body; more fails with <see cref="Reason.MessageTooLarge"/>.</param>
    /// <param name="pool">Where bodies come from.</param>
    public FlvReader(int tagBytesMax, PooledBytes.Pool pool)
    {
        _tagBytesMax = tagBytesMax;
        _pool = pool;
    }

    private enum Part
    {
        FileHeader,
        Extra,
        Size,
        TagHeader,
        Body,
    }

    /// <summary>
    /// Why it failed: <see cref="Reason.MalformedContainer"/> when it is not FLV, <see cref="Reason.MessageTooLarge"/>;
    /// <see cref="Reason.None"/> before.
    /// </summary>
    public Reason Failure { get; private set; }

    /// <summary>Whether the header says that there is audio. Writers are often wrong.</summary>
    public bool DeclaresAudio { get; private set; }

    /// <summary>Whether the header says that there is video. Writers are often wrong.</summary>
    public bool DeclaresVideo { get; private set; }

    /// <summary>Whether the input may end here without cutting a tag.</summary>
    public bool IsBetweenTags => _part is Part.Size or Part.TagHeader;

    /// <summary>How often the size behind a tag was not the tag's. It is not used for anything.</summary>
    public long WrongSizes { get; private set; }

    /// <summary>
    /// Reads until one tag is complete or the bytes are used up. Call it again with what was not consumed, as
    /// every reader of a wire does (at most 10 bytes are ever left for want of more).
    /// </summary>
    /// <param name="bytes">Received bytes.</param>
    /// <param name="consumed">How many of them are done with.</param>
    /// <param name="tag">The tag; the caller owns its payload. Meaningful only with <see cref="WireReadStatus.Item"/>.</param>
    public WireReadStatus Read(ReadOnlySpan<byte> bytes, out int consumed, out FlvTag tag)
    {
        consumed = 0;
        tag = default;
        while (Failure == Reason.None)
        {
            var rest = bytes[consumed..];
            if (_part == Part.Body)
            {
                consumed += ReadBody(rest, out var payload);
                if (payload is null)
                {
                    return WireReadStatus.NeedMore;
                }

                tag = new FlvTag(_type, _timestamp, payload);
                return WireReadStatus.Item;
            }

            var length = ReadFixed(rest);
            if (length == 0)
            {
                return Failure == Reason.None ? WireReadStatus.NeedMore : WireReadStatus.Failed;
            }

            consumed += length;
        }

        return WireReadStatus.Failed;
    }

    /// <summary>Gives the buffer of an unfinished tag back. The reader is over. May be called again.</summary>
    public void Release()
    {
        _payload?.Release();
        _payload = null;
        Failure = Failure == Reason.None ? Reason.Disposed : Failure;
    }

    // Whatever is not a body: 0 when it is not all there yet, or wrong.
    private int ReadFixed(ReadOnlySpan<byte> bytes)
    {
        var needed = _part switch { Part.FileHeader => FileHeaderBytes, Part.Extra => 1, Part.Size => SizeBytes, _ => TagHeaderBytes };
        if (bytes.Length < needed)
        {
            // Another format is told by its first bytes, not by waiting for nine.
            if (_part == Part.FileHeader && !"FLV"u8.StartsWith(bytes[..Math.Min(3, bytes.Length)]))
            {
                Failure = Reason.MalformedContainer;
            }

            return 0;
        }

        switch (_part)
        {
            case Part.FileHeader:
                return ReadFileHeader(bytes) ? needed : 0;
            case Part.Extra:
                var passed = Math.Min(_left, bytes.Length);
                _left -= passed;
                _part = _left == 0 ? Part.Size : Part.Extra;
                return passed;
            case Part.Size:
                WrongSizes += BinaryPrimitives.ReadUInt32BigEndian(bytes) == _expectedSize ? 0 : 1;
                _part = Part.TagHeader;
                return needed;
            default:
                return ReadTagHeader(bytes) ? needed : 0;
        }
    }

    private bool ReadFileHeader(ReadOnlySpan<byte> bytes)
    {
        var offset = BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]);
        if (!bytes.StartsWith("FLV"u8) || offset is < FileHeaderBytes or > DataOffsetMax)
        {
            Failure = Reason.MalformedContainer;
            return false;
        }

        DeclaresAudio = (bytes[4] & 4) != 0;
        DeclaresVideo = (bytes[4] & 1) != 0;
        _left = (int)offset - FileHeaderBytes;
        _part = _left == 0 ? Part.Size : Part.Extra;
        return true;
    }

    private bool ReadTagHeader(ReadOnlySpan<byte> bytes)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes) & 0xFFFFFF;
        if (length > _tagBytesMax)
        {
            Failure = Reason.MessageTooLarge;
            return false;
        }

        _type = (FlvTagType)bytes[0];
        _timestamp = (BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) >> 8) | ((uint)bytes[7] << 24);
        _left = (int)length;
        _expectedSize = TagHeaderBytes + length;
        _payload = _pool.Rent();
        _part = Part.Body;
        return true;
    }

    private int ReadBody(ReadOnlySpan<byte> bytes, out PooledBytes? whole)
    {
        whole = null;
        if (_payload is not { } payload)
        {
            throw new InvalidOperationException("A body is under way without a buffer.");
        }

        var piece = bytes[..Math.Min(_left, bytes.Length)];
        var needed = payload.Length + piece.Length;
        if (needed > payload.Capacity)
        {
            var length = payload.Length + _left;
            payload.EnsureCapacity(Math.Min(length, Math.Max(needed, Math.Max(FirstRentBytes, 2 * payload.Capacity))));
        }

        payload.Append(piece);
        _left -= piece.Length;
        if (_left == 0)
        {
            whole = payload;
            _payload = null;
            _part = Part.Size;
        }

        return piece.Length;
    }
}
