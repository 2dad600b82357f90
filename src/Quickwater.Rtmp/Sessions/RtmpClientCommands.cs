using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>The commands that a client sends (RTMP 1.0, 7.2). It keeps no state but where they go.</summary>
internal sealed class RtmpClientCommands(RtmpLink link, RtmpClientOptions options, bool publishes)
{
    internal const double ConnectTransaction = 1;
    internal const double CreateStreamTransaction = 4;

    internal void Connect()
    {
        link.SendControl(RtmpMessageType.SetChunkSize, (uint)options.Limits.OutChunkSize);
        var amf = new Amf0Writer(stackalloc byte[8192]);
        amf.WriteString("connect"u8);
        amf.WriteNumber(ConnectTransaction);
        amf.BeginObject();
        amf.WriteKey("app"u8);
        amf.WriteString(options.Application);
        amf.WriteKey("type"u8);
        amf.WriteString("nonprivate"u8);
        amf.WriteKey("flashVer"u8);
        amf.WriteString("FMLE/3.0 (compatible; Quickwater)"u8);
        amf.WriteKey("tcUrl"u8);
        amf.WriteString(options.TcUrl);
        amf.EndObject();
        link.SendCommand(0, amf);
    }

    internal void CreateStream()
    {
        if (publishes)
        {
            Send("releaseStream"u8, 2, options.Stream);
            Send("FCPublish"u8, 3, options.Stream);
        }

        var amf = new Amf0Writer(stackalloc byte[64]);
        amf.WriteString("createStream"u8);
        amf.WriteNumber(CreateStreamTransaction);
        amf.WriteNull();
        link.SendCommand(0, amf);
    }

    internal void Begin(uint stream)
    {
        var amf = new Amf0Writer(stackalloc byte[4096]);
        amf.WriteString(publishes ? "publish"u8 : "play"u8);
        amf.WriteNumber(0);
        amf.WriteNull();
        amf.WriteString(options.Stream);
        if (publishes)
        {
            amf.WriteString("live"u8);
        }

        link.SendCommand(stream, amf);
    }

    internal void Farewell(uint stream)
    {
        if (publishes)
        {
            Send("FCUnpublish"u8, 0, options.Stream);
        }

        var amf = new Amf0Writer(stackalloc byte[64]);
        amf.WriteString("deleteStream"u8);
        amf.WriteNumber(0);
        amf.WriteNull();
        amf.WriteNumber(stream);
        link.SendCommand(0, amf);
    }

    private void Send(ReadOnlySpan<byte> name, double transaction, string argument)
    {
        var amf = new Amf0Writer(stackalloc byte[4096]);
        amf.WriteString(name);
        amf.WriteNumber(transaction);
        amf.WriteNull();
        amf.WriteString(argument);
        link.SendCommand(0, amf);
    }
}
