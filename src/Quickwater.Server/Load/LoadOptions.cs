namespace Quickwater.Server;

/// <summary>What a load consists of.</summary>
/// <param name="Viewers">RTMP viewers, spread evenly over the streams.</param>
/// <param name="Publishers">Streams to publish; 0 plays the stream of the URL, without delays then: only our own frames tell when they were sent.</param>
/// <param name="KilobitsPerSecond">Rate of each stream, 64 kb/s of it audio.</param>
/// <param name="FramesPerSecond">Video frames.</param>
/// <param name="Warm">Time between the last viewer's joining and the measurement.</param>
/// <param name="Duration">Time that is measured.</param>
/// <param name="Url">The stream; several streams get its name with a number behind it.</param>
internal sealed record LoadOptions(
    int Viewers, int Publishers, int KilobitsPerSecond, int FramesPerSecond, TimeSpan Warm, TimeSpan Duration, string Url)
{
    /// <summary>The URL of a stream.</summary>
    public string UrlOf(int stream)
    {
        if (Publishers <= 1)
        {
            return Url;
        }

        var query = Url.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? $"{Url}{stream}" : $"{Url[..query]}{stream}{Url[query..]}";
    }
}
