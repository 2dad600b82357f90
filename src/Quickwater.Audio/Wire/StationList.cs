namespace Quickwater.Audio;

/// <summary>The stations, or a part of them when one message does not hold all.</summary>
/// <remarks>
/// <code>
///    0           1           3
///   ┌───────────┬───────────┬──────────────────────────────────────────────────────────────────────────┐
///   │ more (1)  │ count u16 │ count x: live u8, encoding u8, channels u8, rate u32, listeners u32,      │
///   │           │           │          name (text), title (text)                                        │
///   └───────────┴───────────┴──────────────────────────────────────────────────────────────────────────┘
/// </code>
/// </remarks>
/// <param name="Stations">The stations.</param>
/// <param name="HasMore">Whether another message goes on with the list.</param>
public readonly record struct StationList(ArraySegment<StationEntry> Stations, bool HasMore) : IAudioBody
{
    /// <summary>Stations in one message at most: it then is shorter than 32 KiB.</summary>
    public const int StationsMax = 96;

    /// <inheritdoc/>
    public AudioMessageType Type => AudioMessageType.Stations;

    /// <inheritdoc/>
    public int Bytes
    {
        get
        {
            var bytes = 3;
            foreach (var station in Stations)
            {
                bytes += station.Bytes;
            }

            return bytes;
        }
    }

    /// <inheritdoc/>
    public void Write(Span<byte> body)
    {
        var writer = new BodyWriter(body);
        writer.Byte(HasMore ? (byte)1 : (byte)0);
        writer.UInt16((ushort)Stations.Count);
        foreach (var station in Stations)
        {
            writer.Byte(station.IsLive ? (byte)1 : (byte)0);
            writer.Byte((byte)station.Format.Encoding);
            writer.Byte((byte)station.Format.Channels);
            writer.UInt32((uint)station.Format.Rate);
            writer.UInt32((uint)station.Listeners);
            writer.Text(station.Name);
            writer.Text(station.Title);
        }
    }

    /// <summary>Reads a body; false when it is malformed. The count is not believed: memory grows with what is there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out StationList list)
    {
        var reader = new BodyReader(body);
        var more = reader.Byte() == 1;
        var stations = new List<StationEntry>();
        for (var left = reader.UInt16(); left > 0 && reader.IsWhole; left--)
        {
            var live = reader.Byte() == 1;
            var (encoding, channels) = (reader.Byte(), reader.Byte());
            var (rate, listeners) = (reader.UInt32(), reader.UInt32());
            var format = new AudioFormat((AudioEncoding)encoding, channels, (int)Math.Min(rate, int.MaxValue));
            stations.Add(new StationEntry(
                reader.Text(), reader.Text(), format.IsValid ? format : default, (int)Math.Min(listeners, int.MaxValue), live));
        }

        list = new StationList(stations.ToArray(), more);
        return reader.IsWhole;
    }
}
