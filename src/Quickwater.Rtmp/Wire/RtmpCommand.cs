using System.Text;
using Quickwater.Core;

namespace Quickwater.Rtmp;

// The body (RTMP 1.0, 7.2):  string name, number transaction, object or null, arguments
// Type 17 has a byte 0 before that: what follows is AMF0 until an AMF3 marker says otherwise.

/// <summary>A command message, taken apart as far as every command is alike. Valid as long as the bytes it was parsed from.</summary>
public readonly ref struct RtmpCommand
{
    private RtmpCommand(ReadOnlySpan<byte> name, double transactionId, AmfValue commandObject, Amf0Reader arguments)
    {
        NameUtf8 = name;
        TransactionId = transactionId;
        Object = commandObject;
        Arguments = arguments;
    }

    /// <summary>The name in UTF-8, for comparing without a string.</summary>
    public ReadOnlySpan<byte> NameUtf8 { get; }

    /// <summary>The name as a string.</summary>
    public string Name => Encoding.UTF8.GetString(NameUtf8);

    /// <summary>What an answer refers to; 0 when none is wanted.</summary>
    public double TransactionId { get; }

    /// <summary>The command object; <see cref="AmfValue.Null"/> when there is none.</summary>
    public AmfValue Object { get; }

    /// <summary>A reader that stands before the first argument, with what is left of the message's limits.</summary>
    public Amf0Reader Arguments { get; }

    /// <summary>Parses the body of a message of type 20 or 17. What is missing behind the name reads as 0 and null.</summary>
    /// <param name="type">The message type.</param>
    /// <param name="body">The message body.</param>
    /// <param name="limits">The limits <c>Amf*</c> hold for the message as a whole.</param>
    /// <param name="command">The command; when the answer is false, its name and transaction as far as they were read.</param>
    /// <param name="error">What is wrong, by byte offset in the body, when the answer is false.</param>
    public static bool TryParse(
        RtmpMessageType type, ReadOnlySpan<byte> body, RtmpLimits limits, out RtmpCommand command, out AmfError error)
    {
        command = default;
        var skipped = AmfBody.LeadingBytes(type, body);
        var reader = new Amf0Reader(body[skipped..], limits);
        if (!reader.ReadString(out var name))
        {
            error = AmfBody.Fault(in reader, skipped);
            return false;
        }

        var commandObject = AmfValue.Null;
        command = new RtmpCommand(name, 0, commandObject, reader);
        if (!reader.ReadNumber(out var transactionId))
        {
            if (reader.Token != Amf0Token.None || reader.Error.Code != Reason.None)
            {
                error = AmfBody.Fault(in reader, skipped);
                return false;
            }
        }
        else if (!AmfValue.TryRead(ref reader, out commandObject))
        {
            if (reader.Error.Code != Reason.None)
            {
                command = new RtmpCommand(name, transactionId, commandObject, reader);
                error = AmfBody.Fault(in reader, skipped);
                return false;
            }

            commandObject = AmfValue.Null;
        }

        command = new RtmpCommand(name, transactionId, commandObject, reader);
        error = default;
        return true;
    }
}
