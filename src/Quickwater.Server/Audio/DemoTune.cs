using System.Buffers.Binary;
using Quickwater.Audio;

namespace Quickwater.Server;

/// <summary>The tune of the demo's station: sixteen seconds of soft chords that go round without a seam, worked out when it is wanted.</summary>
internal static class DemoTune
{
    /// <summary>The demo's station.</summary>
    public const string Station = "demo";

    /// <summary>What stands for the tune where a station's source is named.</summary>
    public const string Source = "demo:tune";

    // What sound cards run at, so that nobody resamples; long enough to tell a chord from a beep.
    private const int Rate = 48_000;
    private const int ChordSeconds = 4;

    // Two channels, as every player has them.
    private static readonly AudioFormat Format = new(AudioEncoding.S16, 2, Rate);

    // A minor, F, C, G: three voices each, in hertz. Whole numbers of turns in four seconds, so chords meet without a click.
    private static readonly double[][] Chords =
        [[220, 261.75, 329.75], [174.5, 220, 261.75], [196, 261.75, 329.75], [196, 246.75, 293.75]];

    /// <summary>The tune as a source without end.</summary>
    public static IAudioSource Open() => new MemorySource(Format, Render(), "Quickwater demo tune", loops: true);

    private static byte[] Render()
    {
        var samples = new byte[Chords.Length * ChordSeconds * Rate * Format.BytesPerFrame];
        for (var frame = 0; frame < samples.Length / Format.BytesPerFrame; frame++)
        {
            var seconds = frame / (double)Rate;
            var within = seconds % ChordSeconds / ChordSeconds;
            var swell = Math.Sin(Math.PI * within); // silent at both ends
            double left = 0, right = 0;
            var voices = Chords[(int)(seconds / ChordSeconds)];
            for (var voice = 0; voice < voices.Length; voice++)
            {
                var tone = Math.Sin(2 * Math.PI * voices[voice] * seconds) + (0.3 * Math.Sin(4 * Math.PI * voices[voice] * seconds));
                var side = (voice + 1) / (voices.Length + 1.0);
                left += tone * (1 - side);
                right += tone * side;
            }

            var at = samples.AsSpan(frame * Format.BytesPerFrame);
            BinaryPrimitives.WriteInt16LittleEndian(at, (short)(left * swell * 7000));
            BinaryPrimitives.WriteInt16LittleEndian(at[2..], (short)(right * swell * 7000));
        }

        return samples;
    }
}
