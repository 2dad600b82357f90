using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>
/// What a viewer may get: frames in order, each at most once; no picture whose reference did not come; no frame before its
/// configuration. It counts the frames that are missing in between.
/// </summary>
/// <param name="world">Fails when it is not so.</param>
/// <param name="name">Names the viewer.</param>
/// <param name="needsConfig">Whether configurations from before it joined are owed to it.</param>
/// <param name="inOrder">Whether publications come in the order of their numbers.</param>
internal sealed class FrameJudge(World world, string name, bool needsConfig, bool inOrder = true)
{
    private uint _publication;
    private uint _last;
    private uint _gop;
    private uint _reference;
    private uint _videoConfig;
    private uint _audioConfig;

    /// <summary>Frames that came, configurations not counted.</summary>
    internal long Taken { get; private set; }

    /// <summary>Frames missing between those that came.</summary>
    internal long Missing { get; private set; }

    /// <summary>Pictures that came.</summary>
    internal long Pictures { get; private set; }

    internal void Take(in SimFrame frame)
    {
        Follow(frame.Publication);
        if (frame.IsConfig)
        {
            ref var config = ref frame.Kind == FrameKind.Video ? ref _videoConfig : ref _audioConfig;
            world.Require(frame.Number >= config, $"{name}: configurations do not go back ({config}, then {frame.Number})");
            config = frame.Number;
            return;
        }

        world.Require(frame.Number > _last, $"{name}: frames come in order, at most once ({_last}, then {frame.Number})");
        Missing += _last == 0 ? 0 : frame.Number - _last - 1;
        _last = frame.Number;
        Taken++;
        var known = frame.Kind == FrameKind.Video ? _videoConfig : _audioConfig;
        world.Require(
            known == frame.Config || (known == 0 && !needsConfig),
            $"{name}: a frame comes behind its configuration ({frame.Kind} {frame.Number} needs {frame.Config}, has {known})");
        if (frame.Kind == FrameKind.Video)
        {
            TakePicture(frame);
        }
    }

    private void TakePicture(in SimFrame frame)
    {
        Pictures++;
        if (frame.IsKey)
        {
            if (frame.Reference != 0)
            {
                world.Marks.Hit("shown-without-key"); // a picture of a stream that sends no keys
            }

            _gop = frame.Gop;
            _reference = frame.Number;
            return;
        }

        world.Require(
            frame.Gop == _gop && frame.Reference == _reference,
            $"{name}: a picture comes behind the one it builds on ({frame.Number} of group {frame.Gop} builds on {frame.Reference}; "
            + $"the last of group {_gop} was {_reference})");
        _reference = frame.IsDisposable ? _reference : frame.Number;
    }

    private void Follow(uint publication)
    {
        world.Require(publication >= _publication || !inOrder, $"{name}: publications come in order");
        if (publication == _publication)
        {
            return;
        }

        _publication = publication;
        _last = _gop = _reference = _videoConfig = _audioConfig = 0;
    }
}
