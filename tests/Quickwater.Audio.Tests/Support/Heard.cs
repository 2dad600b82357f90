namespace Quickwater.Audio.Tests;

/// <summary>All that a client was told, in order.</summary>
internal sealed class Heard : IAudioSink
{
    public bool IsFull { get; set; }

    public List<string> Log { get; } = [];

    public List<byte> Samples { get; } = [];

    public List<(long Sequence, long Microseconds, int Bytes)> Chunks { get; } = [];

    public List<Notice> Notices { get; } = [];

    public List<string> Titles { get; } = [];

    public IReadOnlyList<StationEntry>? Stations { get; private set; }

    public Accept? Welcome { get; private set; }

    public FormatNotice? Last { get; private set; }

    public void Accepted(in Accept accept)
    {
        Welcome = accept;
        Log.Add("accept");
    }

    public void Format(in FormatNotice format)
    {
        Last = format;
        Log.Add($"format {format.Format}");
    }

    public void Chunk(in AudioChunk chunk)
    {
        Chunks.Add((chunk.Sequence, chunk.Microseconds, chunk.Samples.Length));
        Samples.AddRange(chunk.Samples);
        if (Log[^1] != "audio")
        {
            Log.Add("audio");
        }
    }

    public void Titled(string title)
    {
        Titles.Add(title);
        Log.Add($"title {title}");
    }

    public void Noticed(in Notice notice)
    {
        Notices.Add(notice);
        Log.Add($"{notice.Kind} {notice.Why}");
    }

    public void Listed(IReadOnlyList<StationEntry> stations)
    {
        Stations = stations;
        Log.Add("stations");
    }
}
