namespace Quickwater.Interop.Tests;

/// <summary>The pipelines that GStreamer is started with.</summary>
internal static class GStreamer
{
    private const int Width = 320;
    private const int Height = 180;

    /// <summary>Bytes of one decoded picture, I420.</summary>
    private const int PictureBytes = Width * Height * 3 / 2;

    /// <summary>Publishes so many pictures, 25 a second and of one group, and as much of a tone; H.264 and AAC.</summary>
    /// <param name="sink">The element that publishes: rtmpsink, which is librtmp, or rtmp2sink, which is GStreamer's own.</param>
    /// <param name="url">Where to.</param>
    /// <param name="pictures">How many.</param>
    public static Child Publish(string sink, string url, int pictures) => Launch(
        $"videotestsrc pattern=ball num-buffers={pictures} ! video/x-raw,width={Width},height={Height},framerate=25/1"
        + $" ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=500 key-int-max={pictures} ! video/x-h264,profile=baseline ! queue ! mux."
        + $" audiotestsrc samplesperbuffer=1764 num-buffers={pictures} ! audio/x-raw,rate=44100,channels=2"
        + " ! avenc_aac bitrate=64000 ! queue ! mux."
        + $" flvmux name=mux streamable=true ! {sink} location={url} sync=true");

    /// <summary>Plays a stream to its end: decodes, and keeps the pictures and the sound as they are.</summary>
    /// <param name="source">The element that plays: rtmpsrc or rtmp2src.</param>
    /// <param name="url">What.</param>
    /// <param name="pictures">The file for the pictures.</param>
    /// <param name="sound">The file for the sound, 16 bits and two channels.</param>
    public static Child Play(string source, string url, string pictures, string sound) => Launch(
        $"{source} location={url} ! decodebin name=decoded"
        + $" decoded. ! queue ! videoconvert ! video/x-raw,format=I420 ! filesink location={pictures}"
        + $" decoded. ! queue ! audioconvert ! audio/x-raw,format=S16LE,channels=2 ! filesink location={sound}");

    /// <summary>How many whole pictures a file of them has.</summary>
    public static long Count(string pictures)
    {
        var bytes = new FileInfo(pictures).Length;
        Assert.Equal(0, bytes % PictureBytes);
        return bytes / PictureBytes;
    }

    private static Child Launch(string pipeline) => Child.Start("gst-launch-1.0", ["-q", .. pipeline.Split(' ')]);
}
