using System.Buffers.Binary;
using System.Text;

namespace Quickwater.Audio.Tests;

/// <summary>Makes WAV files by hand, right and wrong ones.</summary>
internal sealed class Wav(bool bigEndian = false)
{
    private readonly MemoryStream _chunks = new();

    public static byte[] Of(AudioFormat format, byte[] samples) => new Wav().Fmt(format).Data(samples).ToArray();

    public Wav Chunk(string id, byte[] body, uint? size = null, bool pads = true)
    {
        _chunks.Write(Encoding.ASCII.GetBytes(id));
        _chunks.Write(Number(size ?? (uint)body.Length));
        _chunks.Write(body);
        if (pads && body.Length % 2 == 1)
        {
            _chunks.WriteByte(0);
        }

        return this;
    }

    public Wav Fmt(AudioFormat format, ushort? tag = null, bool extensible = false)
    {
        var real = tag ?? (format.Encoding == AudioEncoding.F32 ? (ushort)3 : (ushort)1);
        var bits = (ushort)(format.BytesPerSample * 8);
        byte[] body =
        [
            .. Short(extensible ? (ushort)0xFFFE : real), .. Short((ushort)format.Channels), .. Number((uint)format.Rate),
            .. Number(12345), .. Short(7), .. Short(bits), // bytes a second and block size lie: nobody may believe them
        ];
        return Chunk("fmt ", extensible
            ? [.. body, .. Short(22), .. Short(bits), .. Number(3), .. Short(real), .. Convert.FromHexString("000000001000800000AA00389B71")]
            : body);
    }

    public Wav Data(byte[] samples, uint? size = null) => Chunk("data", samples, size);

    public byte[] ToArray(string magic = "", uint? riffSize = null)
    {
        var body = _chunks.ToArray();
        var id = magic.Length > 0 ? magic : bigEndian ? "RIFX" : "RIFF";
        return [.. Encoding.ASCII.GetBytes(id), .. Number(riffSize ?? (uint)body.Length + 4), .. "WAVE"u8, .. body];
    }

    public byte[] Number(uint value)
    {
        var bytes = new byte[4];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }

        return bytes;
    }

    private byte[] Short(ushort value) => bigEndian ? [(byte)(value >> 8), (byte)value] : [(byte)value, (byte)(value >> 8)];
}
