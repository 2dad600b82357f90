using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Media.Tests;

/// <summary>One frame as a viewer got it.</summary>
internal sealed record Received(long Id, FrameKind Kind, FrameFlags Flags, long Milliseconds, uint Patch)
{
    internal bool IsKey => (Flags & FrameFlags.Key) != 0;

    internal bool IsConfig => (Flags & FrameFlags.Config) != 0;

    /// <summary>Takes whole frames from the front of the bytes; anything that is not exactly a frame throws.</summary>
    internal static List<Received> Parse(List<byte> bytes, byte mark)
    {
        var frames = new List<Received>();
        var all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);
        var at = 0;
        while (all.Length - at >= TestForm.HeaderBytes + 8)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(all[at..]);
            if (length < TestForm.HeaderBytes + 8 || all[at + 10] != mark)
            {
                throw new InvalidOperationException($"Not a frame of form {mark} at byte {at}.");
            }

            if (all.Length - at < length)
            {
                break;
            }

            var frame = all.Slice(at, length);
            var id = BinaryPrimitives.ReadInt64LittleEndian(frame[TestForm.HeaderBytes..]);
            if (frame[(TestForm.HeaderBytes + 8)..].ContainsAnyExcept((byte)id))
            {
                throw new InvalidOperationException($"Frame {id} is damaged.");
            }

            frames.Add(new Received(
                id, (FrameKind)frame[8], (FrameFlags)frame[9], BinaryPrimitives.ReadInt64LittleEndian(frame[12..]),
                BinaryPrimitives.ReadUInt32LittleEndian(frame[TestForm.PatchOffset..])));
            at += length;
        }

        bytes.RemoveRange(0, at);
        return frames;
    }
}
