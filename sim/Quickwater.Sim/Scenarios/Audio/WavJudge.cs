using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>A listener over HTTP that checks every byte of its body: a header, then numbered samples of 32 bits that only go forward.</summary>
internal sealed class WavJudge(World world, string name) : ISessionFactory, ISession
{
    private const int HeaderBytes = 68; // 32 bits are never plain PCM

    private readonly byte[] _held = new byte[HeaderBytes];
    private int _heldBytes;
    private bool _hasHeader;
    private long _sample = -1;

    /// <summary>Whether the server ended the body in order.</summary>
    internal bool IsWhole { get; private set; }

    /// <summary>Whether the last sample is whole, or nothing came.</summary>
    internal bool IsAtBoundary => _heldBytes == 0;

    public string Protocol => "wav";

    public Instant Deadline => Instant.Never;

    public Reason Ended { get; private set; }

    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) => this;

    public ReceiveResult Receive(ReadOnlySpan<byte> bytes, Instant now)
    {
        foreach (var one in bytes)
        {
            _held[_heldBytes++] = one;
            if (_heldBytes == (_hasHeader ? sizeof(int) : HeaderBytes))
            {
                Take();
            }
        }

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

    public void Handle(in Command command, Instant now) => Ended = command.Kind == CommandKind.Kick ? command.Reason : Ended;

    public void Close(Reason why, Instant now) => Ended = Ended == Reason.None ? why : Ended;

    private void Take()
    {
        _heldBytes = 0;
        if (!_hasHeader)
        {
            _hasHeader = true;
            world.Require(_held.AsSpan().StartsWith("RIFF"u8), $"{name}: the body begins with a header");
            return;
        }

        var sample = BinaryPrimitives.ReadInt32LittleEndian(_held);
        world.Require(sample > _sample, $"{name}: sample {sample} does not come behind {_sample}");
        if (_sample >= 0 && sample != _sample + 1)
        {
            world.Marks.Hit("wav-skipped");
        }

        _sample = sample;
    }
}
