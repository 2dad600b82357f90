using Quickwater.Core;
using Quickwater.Sim;

namespace Quickwater.Audio.Tests;

/// <summary>One who takes the body of an HTTP response: it keeps every byte and sends none.</summary>
internal sealed class Download : ISessionFactory, ISession
{
    private EndpointPair? _pair;

    public List<byte> Body { get; } = [];

    /// <summary>Whether the server ended it in order.</summary>
    public bool IsWhole { get; private set; }

    public string Protocol => "download";

    public Instant Deadline => Instant.Never;

    public Reason Ended { get; private set; }

    /// <summary>The server's reason for its end.</summary>
    public Reason ServerEnded => _pair?.Server?.Ended ?? Reason.None;

    public bool IsOpen => _pair is { Client.Over: false };

    /// <summary>The samples, which stand behind the header.</summary>
    public byte[] Samples(AudioFormat format) => [.. Body.Skip(Header(format).Length)];

    /// <summary>The header of a WAV without end.</summary>
    public static byte[] Header(AudioFormat format)
    {
        var header = new byte[WavHeader.BytesMax];
        return header[..WavHeader.Write(header, format, sampleBytes: null)];
    }

    public Download Over(EndpointPair pair)
    {
        _pair = pair;
        return this;
    }

    public void Leave() => _pair?.Client.Abort(Reason.Cancelled);

    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => this;

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        Body.AddRange(bytes);
        return ReceiveResult.NeedMore(bytes.Length);
    }

    public void PeerFinished(Instant now)
    {
        IsWhole = true;
        Ended = Reason.PeerClosed;
    }

    public bool Transmit(SendBatch batch, Instant now) => false;

    public void Sent(long bytes, Instant now)
    {
    }

    public void Tick(Instant now)
    {
    }

    public void Handle(in Command command, Instant now)
    {
    }

    public void Close(Reason why, Instant now) => Ended = Ended == Reason.None ? why : Ended;
}
