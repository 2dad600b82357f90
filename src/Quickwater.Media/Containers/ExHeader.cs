using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Media;

// The part that extended audio and video headers share (Enhanced RTMP v2, ExAudioTagHeader and ExVideoTagHeader), from the packet type on:
//
//  |..:4|type:4|
//  while type is ModEx:      |size-1:8| or |255:8|size-1:16|   |data|   |modifier:4|type:4|
//  if type is Multitrack:    |tracks:4|type:4|  |FourCC:32| unless every track has its own
//    for each track:         |FourCC:32| if it has  |track:8|  |size:24| if there may be several  |data|
//  otherwise:                |FourCC:32|
internal ref struct ExHeader
{
    private const int ModEx = 7;
    private const int TimestampOffsetNano = 0;

    public int PacketType;
    public FourCc Codec;
    public bool IsMultitrack;
    public Multitrack Form;
    public int OffsetNanoseconds;
    public byte Track;

    /// <summary>Where the packet's data begins; with several tracks, behind the first track's id.</summary>
    public int Length;

    // What is cut off reads as zero: the relay does not depend on it.
    public static ExHeader Parse(ReadOnlySpan<byte> bytes, int multitrackType)
    {
        var header = new ExHeader { PacketType = bytes[0] & 0xF, Length = 1 };
        while (header.PacketType == ModEx)
        {
            var rest = bytes[header.Length..];
            var size = rest is [var small, ..] ? small + 1 : 0;
            var at = 1;
            if (size == 256)
            {
                size = BinaryPrimitives.TryReadUInt16BigEndian(rest[1..], out var large) ? large + 1 : 0;
                at = 3;
            }

            if (size == 0 || rest.Length <= at + size)
            {
                return header;
            }

            if (rest[at + size] >> 4 == TimestampOffsetNano && size >= 3)
            {
                header.OffsetNanoseconds = (rest[at] << 16) | (rest[at + 1] << 8) | rest[at + 2];
            }

            header.PacketType = rest[at + size] & 0xF;
            header.Length += at + size + 1;
        }

        if (header.PacketType != multitrackType)
        {
            header.TakeCodec(bytes);
            return header;
        }

        header.IsMultitrack = true;
        if (bytes.Length > header.Length)
        {
            // One code for all tracks stands before the first track's id, and so does the first track's own.
            header.PacketType = bytes[header.Length] & 0xF;
            header.Form = (Multitrack)(bytes[header.Length] >> 4);
            header.Length++;
            header.TakeCodec(bytes);
        }

        if (bytes.Length > header.Length)
        {
            header.Track = bytes[header.Length++];
        }

        return header;
    }

    private void TakeCodec(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= Length + 4)
        {
            Codec = FourCc.From(bytes[Length..]);
            Length += 4;
        }
    }
}

/// <summary>How the tracks of a message stand in it (Enhanced RTMP v2, AvMultitrackType).</summary>
internal enum Multitrack
{
    One = 0,
    Many = 1,
    ManyCodecs = 2,
}
