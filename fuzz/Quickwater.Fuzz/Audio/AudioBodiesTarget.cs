using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>Bodies of all messages, each read as every other too. What was read is written, and read again, as the same.</summary>
internal sealed class AudioBodiesTarget() : CodecTarget(
    Body(new Hello(AudioTape.Station, "f\u00fczz", 250)),
    Body(new Accept(1, 5000, 500, 3000)),
    Body(new Refuse(Reason.StreamNotFound, "n\u00f6")),
    Body(new FormatNotice(AudioTape.Format, 160)),
    Body(new Title("Now \u266b playing")),
    Body(new Notice(NoticeKind.Skipped, Reason.LagTimeExceeded, 40)),
    Body(new Ping(1, 5)),
    Body(new Pong(1, 5, 6, 7)),
    Body(new StationList(new[] { new StationEntry(AudioTape.Station, "t\u266b", AudioTape.Format, 3, true), new StationEntry("other", "", default, 0, false) }, false)))
{
    /// <inheritdoc/>
    public override string Name => "audio-bodies";

    /// <inheritdoc/>
    public override string Description => "bodies of all messages";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var why = Hello.TryRead(input, out var hello);
        var read = why == Reason.None;
        if (read)
        {
            Same(read, hello, Hello.TryRead(Body(hello), out var hello2) == Reason.None, hello2);
            Check(hello.Station.Length == 0 || AudioWire.IsStationName(hello.Station), "it takes anything for a station");
        }

        read |= Same(Accept.TryRead(input, out var accept), accept, Accept.TryRead(Body(accept), out var accept2), accept2);
        read |= Same(Refuse.TryRead(input, out var refuse), refuse, Refuse.TryRead(Body(refuse), out var refuse2), refuse2);
        read |= Same(FormatNotice.TryRead(input, out var format), format, FormatNotice.TryRead(Body(format), out var format2), format2);
        read |= Same(Title.TryRead(input, out var title), title, Title.TryRead(Body(title), out var title2), title2);
        read |= Same(Notice.TryRead(input, out var notice), notice, Notice.TryRead(Body(notice), out var notice2), notice2);
        read |= Same(Ping.TryRead(input, out var ping), ping, Ping.TryRead(Body(ping), out var ping2), ping2);
        read |= Same(Pong.TryRead(input, out var pong), pong, Pong.TryRead(Body(pong), out var pong2), pong2);
        if (StationList.TryRead(input, out var list))
        {
            read = true;
            Check(StationList.TryRead(Body(list), out var list2) && list.Stations.SequenceEqual(list2.Stations) && list.HasMore == list2.HasMore, "it reads a list otherwise");
        }

        return read ? Reason.None : Reason.MalformedMessage;
    }

    private static bool Same<T>(bool read, T first, bool again, T second)
        where T : struct, IAudioBody
    {
        Check(!read || (again && first.Equals(second)), "what it writes of what it read is read otherwise: " + typeof(T).Name);
        return read;
    }

    private static byte[] Body<T>(in T body)
        where T : struct, IAudioBody => AudioMessageWriter.ToArray(body)[AudioWire.HeaderBytes..];
}
