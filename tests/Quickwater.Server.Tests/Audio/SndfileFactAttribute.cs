using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>A fact that needs libsndfile, and ffmpeg to make the files. Without them it is skipped by name; in CI it fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SndfileFactAttribute : FactAttribute
{
    public SndfileFactAttribute()
    {
        if (!Tools.InCi && (Sndfile.Library is null || Tools.Find("ffmpeg") is null))
        {
            Skip = "this machine has no libsndfile or no ffmpeg";
        }
    }
}
