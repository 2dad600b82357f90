using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// The commands of a server connection (RTMP 1.0, 7.2, and what real encoders send besides): who they are for, and the answers.
/// Belongs to its session's turn.
/// </summary>
internal sealed class RtmpServerCommands
{
    // An empty name is one: the application may say it all. None at all is not.
    private const string NoName = "\0";

    private readonly RtmpServer _server;
    private readonly RtmpLink _link;
    private readonly ConnectionInfo _connection;
    private readonly IMailbox _mailbox;
    private readonly NetStream _none;
    private string _application = "";
    private string _tcUrl = "";
    private StreamAddress _address;
    private int _refusals;
    private uint _lastStream;
    private uint _correlation;
    private Question? _question;

    internal RtmpServerCommands(RtmpServer server, RtmpLink link, ConnectionInfo connection, IMailbox mailbox)
    {
        _server = server;
        _link = link;
        _connection = connection;
        _mailbox = mailbox;
        _none = new NetStream(0, server, link, connection, mailbox);
    }

    internal bool IsConnected { get; private set; }

    /// <summary>Why every <c>connect</c> is refused; none where it is looked at.</summary>
    internal Reason Refusal { get; init; }

    /// <summary>Whether a publish or play waits for the access policy's answer; nothing is read meanwhile.</summary>
    internal bool AwaitsAccess => _question is not null;

    /// <summary>When the access policy must have answered.</summary>
    internal Instant Deadline => _question?.Deadline ?? Instant.Never;

    /// <summary>The message streams. The array is replaced, never changed: others may look at it.</summary>
    internal NetStream[] Streams { get; private set; } = [];

    /// <summary>The message stream of that id, or one that ignores everything.</summary>
    internal NetStream Find(uint id)
    {
        foreach (var stream in Streams)
        {
            if (stream.Id == id)
            {
                return stream;
            }
        }

        return _none;
    }

    /// <summary>
    /// Where media of that message stream goes. Some encoders send it on message stream 0, or on another than they named: then to what the connection publishes, if
    /// that is one stream. Media of a stream that is closed or deleted, or whose publishing was refused, goes nowhere.
    /// </summary>
    internal NetStream FindForMedia(uint id)
    {
        var named = Find(id);
        if (named.WasAskedToPublish || (named.Id == 0 && id != 0 && id <= _lastStream))
        {
            return named;
        }

        NetStream? only = null;
        foreach (var stream in Streams)
        {
            if (stream.IsPublisher)
            {
                if (only is not null)
                {
                    return named;
                }

                only = stream;
            }
        }

        return only ?? named;
    }

    /// <summary>Carries out a command message. The answer is why the connection must end, if it must.</summary>
    internal Reason Take(in RtmpMessage message, Instant now)
    {
        if (!RtmpCommand.TryParse(message.Type, message.Payload.Span, _server.Options.Limits, out var command, out var error))
        {
            var code = IsConnected ? "NetConnection.Call.Failed" : "NetConnection.Connect.Rejected";
            RtmpReplies.Error(_link, command.TransactionId, code, $"Cannot read the command: {error}.");
            var about = FindForCommand(message.MessageStreamId) is { Access: not null } one ? one.Address.Topic : IsConnected ? _address.Application : "";
            _server.Observer?.CommandUnreadable(_connection, about, error);
            return error.Code;
        }

        var name = command.NameUtf8;
        if (name.SequenceEqual("connect"u8))
        {
            return Connect(command);
        }

        if (!IsConnected)
        {
            return Reason.UnexpectedMessage;
        }

        var stream = FindForCommand(message.MessageStreamId);
        switch (command.Name)
        {
            case "createStream":
                return CreateStream(command.TransactionId);
            case "publish":
                return Ask(StreamAction.Publish, message.MessageStreamId, command, now);
            case "play" or "play2":
                return Ask(StreamAction.Play, message.MessageStreamId, command, now);
            case "deleteStream":
                Delete(command);
                return Reason.None;
            case "closeStream":
                stream.Close(Reason.Completed);
                return Reason.None;
            case "pause" or "pauseRaw":
                stream.Pause(BooleanArgument(command));
                return Reason.None;
            case "receiveAudio":
                stream.Select(stream.WantsVideo, BooleanArgument(command));
                return Reason.None;
            case "receiveVideo":
                stream.Select(BooleanArgument(command), stream.WantsAudio);
                return Reason.None;
            case "seek":
                RtmpReplies.Status(_link, stream.Id, "NetStream.Seek.Failed", "A live stream cannot be sought in.", level: "error");
                return Reason.None;
            default:
                RtmpCourtesies.Answer(_link, _server.Hub, command, Locate);
                return Reason.None;
        }
    }

    /// <summary>The access policy's late answer.</summary>
    /// <returns>Why the connection must end, if it must.</returns>
    internal Reason Answer(in Command command, Instant now)
    {
        if (_question is not { } question || question.Correlation != command.Correlation)
        {
            return Reason.None;
        }

        _question = null;
        return Decided(question, command.Reason, command.Payload as string, now);
    }

    /// <summary>Gives up waiting for the access policy when its time is over.</summary>
    /// <returns>Why the connection must end, if it must.</returns>
    internal Reason Tick(Instant now)
    {
        if (_question is not { } question || question.Deadline > now)
        {
            return Reason.None;
        }

        _question = null;
        return Decided(question, Reason.AccessTimeout, null, now);
    }

    private Reason Connect(in RtmpCommand command)
    {
        if (IsConnected)
        {
            return Reason.UnexpectedMessage;
        }

        if (Refusal != Reason.None)
        {
            return RefuseConnect(command.TransactionId, Refusal, "NetConnection.Connect.Rejected", $"Refused: {Refusal.Text()}.");
        }

        _application = command.Object["app"].Text;
        _tcUrl = command.Object["tcUrl"].Text;
        if (StreamAddress.Parse(_application, _tcUrl, "x", out _address) != Reason.None)
        {
            return RefuseConnect(
                command.TransactionId, Reason.InvalidName, "NetConnection.Connect.Rejected", "The application's name cannot be used.");
        }

        if (!IsServed(_address.Application))
        {
            return RefuseConnect(
                command.TransactionId, Reason.ApplicationNotFound, "NetConnection.Connect.InvalidApp",
                $"There is no application {_address.Application}.");
        }

        IsConnected = true;
        // A client that wants AMF3 may use it; what it gets is AMF0 in messages of type 20 and 18, which every client reads.
        var encoding = command.Object["objectEncoding"].Number == 3 ? 3 : 0;
        RtmpReplies.Connected(_link, command.TransactionId, _server.Options.Limits, encoding);
        return Reason.None;
    }

    private Reason RefuseConnect(double transaction, Reason why, string code, string description)
    {
        RtmpReplies.Error(_link, transaction, code, description);
        return why;
    }

    private bool IsServed(string application) =>
        _server.Options.Applications.Count == 0 || _server.Options.Applications.Contains(application, StringComparer.Ordinal);

    // What a client says of a stream without its number is meant for the only one it has.
    private NetStream FindForCommand(uint id) => Find(id) is var found && found.Id == 0 && Streams.Length == 1 ? Streams[0] : found;

    private StreamAddress? Locate(string name) =>
        StreamAddress.Parse(_application, _tcUrl, name, out var address) == Reason.None ? address : null;

    private Reason CreateStream(double transaction)
    {
        if (Streams.Length >= _server.Options.Limits.MessageStreamsMax)
        {
            RtmpReplies.Error(_link, transaction, "NetConnection.Call.Failed", Reason.TooManyMessageStreams.Text());
            return Reason.TooManyMessageStreams;
        }

        do
        {
            _lastStream++;
        }
        while (Streams.Any(stream => stream.Id == _lastStream)); // one may be there that was never asked for
        RtmpReplies.Result(_link, transaction, AddStream(_lastStream).Id);
        return Reason.None;
    }

    private NetStream AddStream(uint id)
    {
        var stream = new NetStream(id, _server, _link, _connection, _mailbox);
        Streams = [.. Streams, stream];
        return stream;
    }

    // A message stream that was never created is answered as if it had been: some clients make up their numbers, 0 among them.
    private NetStream? FindOrAdd(uint id)
    {
        foreach (var stream in Streams)
        {
            if (stream.Id == id)
            {
                return stream;
            }
        }

        return Streams.Length < _server.Options.Limits.MessageStreamsMax ? AddStream(id) : null;
    }

    private Reason Ask(StreamAction action, uint id, in RtmpCommand command, Instant now)
    {
        if (FindOrAdd(id) is not { } stream)
        {
            return Reason.TooManyMessageStreams;
        }

        var (name, type, options) = Wanted(command);
        if (options.WantsPlaylist)
        {
            RtmpReplies.Status(_link, stream.Id, "NetStream.Play.Failed", "There are no playlists here.", level: "error");
            return Reason.None;
        }

        var refused = StreamAddress.Parse(_application, _tcUrl, name, out var address);
        refused = refused == Reason.None && !IsServed(address.Application) ? Reason.ApplicationNotFound
            : refused == Reason.None && _server.Attempts.Refuses(_connection.Remote.Address, now) ? Reason.TooManyAttempts
            : refused;
        var request = new AccessRequest(action, address.Application, address.Stream, address.Key, _connection, address.Parameters);
        var question = new Question(++_correlation, stream, address, request, type, options, now + _server.Options.AccessTimeout);
        if (refused != Reason.None)
        {
            return Decided(question, refused, null, now);
        }

        var decision = _server.Access.Decide(request, _mailbox, question.Correlation);
        if (decision.IsKnown)
        {
            return Decided(question, decision.Refusal, decision.Identity, now);
        }

        _question = question;
        return Reason.None;
    }

    // The name, how it is to be published, and how it is to be played.
    private static (string Name, string Type, PlayOptions Options) Wanted(in RtmpCommand command)
    {
        if (command.NameUtf8.SequenceEqual("play2"u8))
        {
            var options = PlayOptions.OfPlay2(command.Arguments, out var other);
            return (other, "", options);
        }

        var arguments = command.Arguments;
        var name = arguments.ReadString(out var text) ? System.Text.Encoding.UTF8.GetString(text) : NoName;
        return command.NameUtf8.SequenceEqual("play"u8)
            ? (name, "", PlayOptions.OfPlay(arguments))
            : (name, arguments.ReadString(out var type) ? System.Text.Encoding.UTF8.GetString(type) : "", default);
    }

    // What came of it is told when the hub has had its say too. A yes that comes when the address has come to be refused is none: so guesses made at once learn
    // nothing more than guesses one after the other.
    private Reason Decided(Question question, Reason refusal, string? identity, Instant now)
    {
        var address = _connection.Remote.Address;
        if (refusal == Reason.None && _server.Attempts.Refuses(address, now))
        {
            refusal = Reason.TooManyAttempts;
        }
        else if (refusal == Reason.AccessDenied)
        {
            _server.Attempts.Failed(address, now);
        }

        var access = new AccessContext(question.Request, identity);
        refusal = (question.Request.Action, refusal) switch
        {
            (StreamAction.Publish, Reason.None) => question.Stream.Publish(question.Address, access, question.PublishType, now),
            (StreamAction.Publish, _) => question.Stream.RefusePublish(question.Address, refusal),
            (_, Reason.None) => question.Stream.Play(question.Address, access, question.PlayOptions, now),
            _ => question.Stream.RefusePlay(question.Address, refusal),
        };
        _server.Observer?.Attempted(question.Request, identity, refusal);
        _refusals += refusal is Reason.AccessDenied or Reason.KeyRequired ? 1 : 0;
        return refusal == Reason.TooManyAttempts || _refusals >= _server.Options.RefusalsPerConnectionMax ? Reason.TooManyAttempts : Reason.None;
    }

    private void Delete(in RtmpCommand command)
    {
        var arguments = command.Arguments;
        if (!arguments.ReadNumber(out var id))
        {
            return;
        }

        foreach (var stream in Streams)
        {
            if (stream.Id == id)
            {
                stream.Close(Reason.Completed);
                Streams = [.. Streams.Where(other => other.Id != stream.Id)];
                return;
            }
        }
    }

    private static bool BooleanArgument(in RtmpCommand command)
    {
        var arguments = command.Arguments;
        return arguments.Read() && arguments.Token == Amf0Token.Boolean && arguments.Boolean;
    }

    private sealed record Question(
        uint Correlation, NetStream Stream, StreamAddress Address, AccessRequest Request, string PublishType, PlayOptions PlayOptions,
        Instant Deadline);
}
