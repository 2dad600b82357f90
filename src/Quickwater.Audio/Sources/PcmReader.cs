using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>Raw PCM: sample frames one behind the other and nothing else. A frame that is not whole at the end is left out.</summary>
public sealed class PcmReader : IPcmReader
{
    private readonly byte[] _carry; // a sample frame whose end has not come yet
    private readonly bool _isBigEndian;
    private int _carried;

    /// <summary>Reads samples of a format.</summary>
    /// <param name="format">A valid format.</param>
    /// <param name="isBigEndian">Whether samples come with their most significant byte first; they go out little-endian.</param>
    public PcmReader(AudioFormat format, bool isBigEndian = false)
    {
        if (!format.IsValid)
        {
            throw new ArgumentException("The format must be known.", nameof(format));
        }

        Format = format;
        _isBigEndian = isBigEndian && format.BytesPerSample > 1;
        _carry = new byte[format.BytesPerFrame];
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public Reason Ended { get; private set; }

    /// <inheritdoc/>
    public int Read(ref ReadOnlySpan<byte> input, Span<byte> destination)
    {
        var frame = _carry.Length;
        var written = 0;
        if (_carried > 0)
        {
            Carry(ref input);
            if (_carried < frame || destination.Length < frame)
            {
                return 0;
            }

            _carry.CopyTo(destination);
            _carried = 0;
            written = frame;
        }

        var whole = Math.Min(input.Length, destination.Length - written) / frame * frame;
        input[..whole].CopyTo(destination[written..]);
        input = input[whole..];
        written += whole;
        if (input.Length < frame)
        {
            Carry(ref input);
        }

        if (_isBigEndian)
        {
            Swap(destination[..written]);
        }

        return written;
    }

    /// <inheritdoc/>
    public void Finish() => Ended = Ended == Reason.None ? Reason.Completed : Ended;

    private void Carry(ref ReadOnlySpan<byte> input)
    {
        var count = Math.Min(input.Length, _carry.Length - _carried);
        input[..count].CopyTo(_carry.AsSpan(_carried));
        _carried += count;
        input = input[count..];
    }

    private void Swap(Span<byte> samples)
    {
        var size = Format.BytesPerSample;
        for (var at = 0; at < samples.Length; at += size)
        {
            samples.Slice(at, size).Reverse();
        }
    }
}
