using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>The server's answers, as clients expect them (RTMP 1.0, 7.2; codes as in Adobe's NetConnection and NetStream documentation).</summary>
internal static class RtmpReplies
{
    // A name part is at most 256 characters, of at most 3 bytes each; two of them and a sentence fit.
    private const int BodyBytesMax = 4096;

    internal static void Connected(RtmpLink link, double transaction, RtmpLimits limits, double objectEncoding)
    {
        link.SendControl(RtmpMessageType.WindowAckSize, (uint)limits.WindowAckBytes);
        link.SendPeerBandwidth((uint)limits.WindowAckBytes);
        link.SendControl(RtmpMessageType.SetChunkSize, (uint)limits.OutChunkSize);
        var amf = new Amf0Writer(stackalloc byte[BodyBytesMax]);
        amf.WriteString("_result"u8);
        amf.WriteNumber(transaction);
        amf.BeginObject();
        Member(ref amf, "fmsVer"u8, "QUICKWATER/0,1,0,0");
        amf.WriteKey("capabilities"u8);
        amf.WriteNumber(31);
        amf.EndObject();
        BeginInfo(ref amf, "status", "NetConnection.Connect.Success", "Connection succeeded.");
        amf.WriteKey("objectEncoding"u8);
        amf.WriteNumber(objectEncoding);
        amf.EndObject();
        link.SendCommand(0, amf);
    }

    internal static void Result(RtmpLink link, double transaction, double? value)
    {
        var amf = new Amf0Writer(stackalloc byte[64]);
        amf.WriteString("_result"u8);
        amf.WriteNumber(transaction);
        amf.WriteNull();
        if (value is { } number)
        {
            amf.WriteNumber(number);
        }
        else
        {
            amf.WriteUndefined();
        }

        link.SendCommand(0, amf);
    }

    internal static void Error(RtmpLink link, double transaction, string code, string description)
    {
        var amf = new Amf0Writer(stackalloc byte[BodyBytesMax]);
        amf.WriteString("_error"u8);
        amf.WriteNumber(transaction);
        amf.WriteNull();
        BeginInfo(ref amf, "error", code, description);
        amf.EndObject();
        link.SendCommand(0, amf);
    }

    internal static void Status(RtmpLink link, uint stream, string code, string description, string level = "status") =>
        Inform(link, "onStatus", stream, code, description, level);

    internal static void Inform(RtmpLink link, string name, uint stream, string code, string description, string level = "status")
    {
        var amf = new Amf0Writer(stackalloc byte[BodyBytesMax]);
        amf.WriteString(name);
        amf.WriteNumber(0);
        amf.WriteNull();
        BeginInfo(ref amf, level, code, description);
        amf.EndObject();
        link.SendCommand(stream, amf);
    }

    /// <summary>Calls a method of the client without arguments, and wants no answer.</summary>
    internal static void Call(RtmpLink link, string name)
    {
        var amf = new Amf0Writer(stackalloc byte[64]);
        amf.WriteString(name);
        amf.WriteNumber(0);
        amf.WriteNull();
        link.SendCommand(0, amf);
    }

    internal static void PlayStarted(RtmpLink link, uint stream, string topic, in PlayOptions options)
    {
        link.SendUserControl(UserControlEvent.StreamBegin, stream);
        if (options.Reset)
        {
            Status(link, stream, "NetStream.Play.Reset", $"Playing and resetting {topic}.");
        }

        Status(link, stream, "NetStream.Play.Start", options.WantsPosition
            ? $"Started playing {topic} where it is now: a live stream has no earlier place."
            : $"Started playing {topic}.");
        var amf = new Amf0Writer(stackalloc byte[64]);
        amf.WriteString("|RtmpSampleAccess"u8);
        amf.WriteBoolean(true);
        amf.WriteBoolean(true);
        link.Send(RtmpMessageType.DataAmf0, ChunkWriter.DataChunkStream, stream, amf.Written);
    }

    internal static void PlayEnded(RtmpLink link, uint stream, string topic)
    {
        link.SendUserControl(UserControlEvent.StreamEof, stream);
        Status(link, stream, "NetStream.Play.UnpublishNotify", $"{topic} is now unpublished.");
    }

    internal static void PlayStopped(RtmpLink link, uint stream, string topic)
    {
        link.SendUserControl(UserControlEvent.StreamEof, stream);
        Status(link, stream, "NetStream.Play.Stop", $"Stopped playing {topic}: it was asked for no longer.");
    }

    /// <summary>What a refusal to publish is called on the wire.</summary>
    internal static string PublishCode(Reason why) => why switch
    {
        Reason.StreamBusy or Reason.InvalidName => "NetStream.Publish.BadName",
        Reason.AccessDenied or Reason.KeyRequired or Reason.TooManyAttempts => "NetStream.Publish.Denied",
        _ => "NetStream.Publish.Failed",
    };

    /// <summary>What a refusal to play is called on the wire.</summary>
    internal static string PlayCode(Reason why) => why switch
    {
        Reason.StreamNotFound or Reason.InvalidName => "NetStream.Play.StreamNotFound",
        _ => "NetStream.Play.Failed",
    };

    private static void BeginInfo(ref Amf0Writer amf, string level, string code, string description)
    {
        amf.BeginObject();
        Member(ref amf, "level"u8, level);
        Member(ref amf, "code"u8, code);
        Member(ref amf, "description"u8, description);
    }

    private static void Member(ref Amf0Writer amf, ReadOnlySpan<byte> key, string value)
    {
        amf.WriteKey(key);
        amf.WriteString(value);
    }
}
