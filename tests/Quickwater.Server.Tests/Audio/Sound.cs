using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Quickwater.Audio;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Sound files: real speech where the machine has it, else a sweep of our own.</summary>
internal static class Sound
{
    private static readonly string s_speech = Path.Combine("/usr/share/sounds/alsa", "Front_Center.wav"); // alsa-utils: 48 kHz, 16 bits, 1.4 s

    /// <summary>A WAV file of speech at 48 kHz, written to the folder, with its format and samples as they stand in it.</summary>
    public static (string Path, AudioFormat Format, byte[] Samples) Speech(TemporaryFolder folder)
    {
        var path = Path.Combine(folder.Path, "speech.wav");
        if (File.Exists(s_speech))
        {
            File.Copy(s_speech, path);
        }
        else
        {
            File.WriteAllBytes(path, Wav(new AudioFormat(AudioEncoding.S16, 1, 48_000), Sweep(68_545)));
        }

        var reader = new WavReader();
        ReadOnlySpan<byte> input = File.ReadAllBytes(path);
        var samples = new List<byte>();
        var buffer = new byte[65_536];
        while (!input.IsEmpty && reader.Ended == Core.Reason.None)
        {
            samples.AddRange(buffer.AsSpan(0, reader.Read(ref input, buffer)));
        }

        return (path, reader.Format, [.. samples]);
    }

    /// <summary>What ffmpeg makes of a file, or of what its arguments say, beside it. The new file's path.</summary>
    public static string Encode(string input, string name, params string[] arguments)
    {
        var output = Path.Combine(Path.GetDirectoryName(input) ?? "", name);
        Ffmpeg(["-i", input, .. arguments, output]);
        return output;
    }

    /// <summary>A CAF file of float samples, as a filter of ffmpeg makes them.</summary>
    public static void Make(string filter, string path) => Ffmpeg(["-f", "lavfi", "-i", filter, "-c:a", "pcm_f32le", path]);

    /// <summary>The samples of a file as ffmpeg decodes them, such as <c>s16le</c>.</summary>
    public static byte[] Decode(string path, string form)
    {
        var raw = path + "." + form;
        Ffmpeg(["-i", path, "-f", form, raw]);
        return File.ReadAllBytes(raw);
    }

    private static void Ffmpeg(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Tools.Require("ffmpeg"), ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", .. arguments]))
            ?? throw new InvalidOperationException("ffmpeg did not start.");
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Frames of a rising tone, 16 bits.</summary>
    public static byte[] Sweep(int frames)
    {
        var samples = new byte[frames * 2];
        for (var i = 0; i < frames; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(samples.AsSpan(i * 2), (short)(12_000 * Math.Sin(i * (0.01 + (i * 2e-6)))));
        }

        return samples;
    }

    /// <summary>Whether some bytes are those of a loop in one piece, from the beginning of one of its chunks on.</summary>
    public static bool IsRoundOf(byte[] loop, byte[] heard, int chunkBytes)
    {
        // Where the loop's length is no number of chunks, chunks begin anywhere in it; those of the first rounds are enough.
        const int RoundsMax = 200;
        for (var from = 0L; from < RoundsMax * (long)loop.Length; from += chunkBytes)
        {
            if (IsRoundFrom(loop, (int)(from % loop.Length), heard))
            {
                return heard.Length > 0;
            }
        }

        return false;
    }

    /// <summary>Whether some bytes are those of a loop in one piece, from a place in it on.</summary>
    public static bool IsRoundFrom(byte[] loop, int from, ReadOnlySpan<byte> heard)
    {
        while (!heard.IsEmpty)
        {
            var piece = Math.Min(heard.Length, loop.Length - from);
            if (!heard[..piece].SequenceEqual(loop.AsSpan(from, piece)))
            {
                return false;
            }

            heard = heard[piece..];
            from = 0;
        }

        return true;
    }

    /// <summary>A plain WAV file.</summary>
    public static byte[] Wav(AudioFormat format, byte[] samples)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file, Encoding.ASCII);
        writer.Write("RIFF"u8);
        writer.Write(36 + samples.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)format.Channels);
        writer.Write(format.Rate);
        writer.Write((int)format.BytesPerSecond);
        writer.Write((short)format.BytesPerFrame);
        writer.Write((short)(format.BytesPerSample * 8));
        writer.Write("data"u8);
        writer.Write(samples.Length);
        writer.Write(samples);
        return file.ToArray();
    }
}
