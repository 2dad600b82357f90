using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>Messages of one side of a valid audio connection.</summary>
internal sealed class AudioTape
{
    public const string Station = "speech";

    private readonly List<byte> _bytes = [];

    public static AudioFormat Format { get; } = new(AudioEncoding.S16, 2, 8000);

    public byte[] Bytes => [.. _bytes];

    /// <summary>What a listener says behind its hello: questions, more of them than are answered at once, and answers.</summary>
    public static byte[] Listener()
    {
        var tape = new AudioTape().Say(new Ping(1, 1000)).Say(new ListStations()).Say(new Pong(1, 1000, 1200, 1300));
        for (var i = 2u; i < 40; i++)
        {
            tape.Say(new Ping(i, 1000 * i));
        }

        return tape.Say(new ListStations()).Say(new ListStations()).Say(new Ping(14, -1)).Say(new Pong(2, 0, long.MaxValue, long.MinValue)).Bytes;
    }

    /// <summary>What a server says behind its accept.</summary>
    public static byte[] Server() => new AudioTape()
        .Say(new FormatNotice(Format, 4))
        .Say(new Title("Now \u266b playing"))
        .Audio(7, 1000, 16)
        .Audio(8, 1500, 16)
        .Say(new Pong(1, 5, 6, 7))
        .Say(new Ping(3, 77))
        .Say(new Notice(NoticeKind.Throttled, Reason.LagTimeExceeded, 900))
        .Say(new Notice(NoticeKind.Skipped, Reason.LagTimeExceeded, 40))
        .Audio(11, 3000, 16)
        .Say((AudioMessageType)12, [1, 2, 3]) // of a later version
        .Say(new Notice(NoticeKind.OffAir, Reason.IdleTimeout))
        .Say(new Notice(NoticeKind.OnAir))
        .Say(new FormatNotice(new AudioFormat(AudioEncoding.S24, 1, 11_025), 5))
        .Audio(12, 3500, 15)
        .Say(new Pong(2, 5, 6, 7))
        .Stations(more: true)
        .Stations(more: false)
        .Say(new Ping(4, long.MaxValue))
        .Audio(13, -5, 3)
        .Audio(long.MaxValue - 1, 9, 3)
        .Audio(long.MaxValue, 9, 3)
        .Say(new Title(""))
        .Say(new Notice(NoticeKind.Draining, Reason.Drained))
        .Say(new Notice(NoticeKind.Closing, Reason.Drained))
        .Bytes;

    public AudioTape Say<T>(in T body)
        where T : struct, IAudioBody
    {
        _bytes.AddRange(AudioMessageWriter.ToArray(body));
        return this;
    }

    public AudioTape Say(AudioMessageType type, ReadOnlySpan<byte> body)
    {
        var header = new byte[AudioWire.HeaderBytes];
        AudioMessageWriter.WriteHeader(header, type, body.Length);
        _bytes.AddRange(header);
        _bytes.AddRange(body);
        return this;
    }

    public AudioTape Audio(long sequence, long microseconds, int sampleBytes)
    {
        var body = new byte[AudioWire.AudioPrefixBytes + sampleBytes];
        AudioChunk.WritePrefix(body, sequence, microseconds);
        return Say(AudioMessageType.Audio, body);
    }

    private AudioTape Stations(bool more) =>
        Say(new StationList(new[] { new StationEntry(Station, "t\u266b", Format, 3, true), new StationEntry("other", "", default, 0, false) }, more));
}
