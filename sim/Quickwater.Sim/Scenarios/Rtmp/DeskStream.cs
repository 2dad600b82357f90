using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Sim;

/// <summary>
/// One message stream of a <see cref="Desk"/>, as the server's messages have left it: what it may get now, and what it publishes.
/// </summary>
internal sealed class DeskStream(World world, string name, uint id)
{
    private readonly Queue<(SimFrame Frame, byte[] Payload)> _made = new();
    private FrameJudge _judge = Anew(world, name, id);
    private SimEncoder? _encoder;
    private Instant _start;
    private Instant _end;
    private uint _time;
    private bool _hasTime;
    private int _jumpsBehind; // of those, the ones that came before it was closed

    internal uint Id => id;

    /// <summary>Whether the server said that it plays, and not that this is over.</summary>
    internal bool IsPlaying { get; private set; }

    /// <summary>How often it was asked to stop, without an answer yet to the question behind that.</summary>
    internal int Stops { get; set; }

    /// <summary>
    /// Whether it must hear the end of what it plays before the connection ends. Not when it was asked to stop: the server may have done that already, and a
    /// drain may be in front of the answer that would say so.
    /// </summary>
    internal bool IsOwedItsEnd => IsPlaying && Stops == 0;

    /// <summary>Whether it was asked to publish or play and not to stop.</summary>
    internal bool IsUsed { get; set; }

    /// <summary>Whether the server said that it is paused.</summary>
    internal bool IsPaused { get; private set; }

    /// <summary>How often it was told to go over to another stream.</summary>
    internal int Jumps { get; set; }

    /// <summary>When it has something to publish.</summary>
    internal Instant Deadline => _made.Count > 0 ? _start
        : _encoder is { } encoder && Due(encoder) <= _end ? Due(encoder)
        : Instant.Never;

    internal void StartPublishing(SimEncoder encoder, Instant start, Instant end) => (_encoder, _start, _end) = (encoder, start, end);

    internal void StopPublishing()
    {
        _encoder = null;
        _made.Clear();
    }

    /// <summary>The next frame that is due, if one is.</summary>
    internal bool TryTake(Instant now, out SimFrame frame, out byte[] payload)
    {
        if (_made.Count == 0 && _encoder is { } encoder && Due(encoder) <= now && Due(encoder) <= _end)
        {
            encoder.Make(_made);
        }

        (frame, payload) = _made.TryDequeue(out var made) ? made : (default, []);
        return payload.Length > 0;
    }

    // Whether play2 may have changed what it plays under way.
    private bool MayJump => Jumps > _jumpsBehind;

    /// <summary>The server has carried out that this stream does nothing any more: nothing may come on it.</summary>
    /// <param name="jumps">How many <see cref="Jumps"/> came before that.</param>
    internal void Closed(int jumps)
    {
        Stops--;
        Reset(jumps);
    }

    private void Reset(int jumps)
    {
        IsPlaying = IsPaused = _hasTime = false;
        _jumpsBehind = jumps;
        _judge = Anew(world, name, id);
    }

    internal void TakeStatus(string code)
    {
        switch (code)
        {
            case "NetStream.Play.Start":
                IsPlaying = true;
                IsPaused &= !MayJump; // play2 on a stream whose publisher has gone is a play, and a play is not paused
                break;
            case "NetStream.Play.Transition":
                world.Marks.Hit("went-over");
                _judge = Anew(world, name, id);
                IsPaused = false;
                break;
            case "NetStream.Play.UnpublishNotify":
                IsPlaying = false;
                break;
            case "NetStream.Play.Stop":
                Reset(_jumpsBehind);
                break;
            case "NetStream.Play.StreamNotFound" when !IsPlaying: // it waits no longer: what comes next is a new play
                Reset(_jumpsBehind);
                break;
            case "NetStream.Pause.Notify":
                IsPaused = true;
                world.Marks.Hit("paused");
                break;
            case "NetStream.Unpause.Notify":
                IsPaused = false;
                break;
            default:
                break;
        }
    }

    internal void TakeMedia(RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> body)
    {
        world.Require(IsPlaying, $"{name}: media comes on stream {id} while it plays only");
        world.Require(!IsPaused, $"{name}: no media comes on stream {id} while it is paused");
        world.Require(FlvBody.TryRead(type, timestamp, body, out var frame), $"{name}: a media message is whole");
        world.Require(
            !_hasTime || MayJump || unchecked((int)(timestamp - _time)) >= 0,
            $"{name}: time does not go back on stream {id} ({_time}, then {timestamp})");
        (_time, _hasTime) = (timestamp, true);
        _judge.Take(frame);
    }

    private Instant Due(SimEncoder encoder) => _start + TimeSpan.FromMilliseconds(encoder.Next);

    private static FrameJudge Anew(World world, string name, uint id) =>
        new(world, $"{name}, stream {id}", needsConfig: true, inOrder: false);
}
