using System.Globalization;
using System.Text;
using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Sim;

/// <summary>Methods that answer from elsewhere, at times that the seed draws, and note which calls they began.</summary>
/// <param name="world">The world.</param>
/// <param name="rng">Draws the times.</param>
/// <param name="asks">Whether callers are asked who they are.</param>
internal sealed class RpcSimMethods(World world, Rng rng, bool asks)
{
    /// <summary>What an application's own error looks like.</summary>
    public const RpcErrorCode OwnError = (RpcErrorCode)5;

    private readonly World _world = world;
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);

    /// <summary>The methods of the other server, where calls are made again.</summary>
    public RpcSimMethods? Twin { get; set; }

    /// <summary>Calls that may run twice, by their parameters.</summary>
    public HashSet<string> Idempotent { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What is offered: <c>later</c> gives back what it was given, <c>count</c> a stream of as many numbers.</summary>
    public RpcMethods Offer() => new RpcMethods()
        .MapLater("later", RpcPayloads.Json, new Later(this))
        .MapLater("count", RpcPayloads.Json, new Count(this), streams: true);

    /// <summary>Whether a call with these parameters was begun.</summary>
    public bool HasBegun(string parameters) => _begun.Contains(parameters);

    /// <summary>The item of a stream at a position: its size is the seed's, and both sides know it.</summary>
    public static string Item(string parameters, int at) => $"\"{parameters}:{at}:{new string('.', at * 37 % 300)}\"";

    /// <summary>How many items the stream of these parameters has.</summary>
    public static int Length(string parameters) => int.Parse(parameters, CultureInfo.InvariantCulture) % 60;

    private string Begin(RpcCall call)
    {
        var parameters = Encoding.UTF8.GetString(call.Payload.Span);
        _world.Require(asks == RpcDoor.Knows(call.Caller), $"the call {parameters} is begun for {call.Caller ?? "nobody"}");
        _world.Require(_begun.Add(parameters), $"the call {parameters} is begun once");
        if (Twin?.HasBegun(parameters) == true)
        {
            _world.Require(Idempotent.Contains(parameters), $"the call {parameters} is begun once by all servers together");
            _world.Marks.Hit("idempotent-ran-twice");
        }

        return parameters;
    }

    private void Answer(RpcCall call)
    {
        if (call.Stopped != Reason.None)
        {
            _world.Marks.Hit("answered-after-cancel");
        }

        if (rng.Chance(0.1))
        {
            call.Fail(new RpcError(OwnError, "as drawn"));
        }
        else
        {
            call.Complete(call.Payload.Span);
        }
    }

    private sealed class Later(RpcSimMethods methods) : IRpcHandler
    {
        public void Start(RpcCall call)
        {
            methods.Begin(call);
            var most = methods._world.Rng.Chance(0.1) ? TimeSpan.FromSeconds(20) : TimeSpan.FromMilliseconds(200);
            methods._world.Time.After(methods._world.Rng.UpTo(most), () => methods.Answer(call));
        }
    }

    private sealed class Count(RpcSimMethods methods) : IRpcHandler
    {
        public void Start(RpcCall call) => new Run(methods, call, methods.Begin(call)).Step();
    }

    private sealed class Run : IRpcCallEvents
    {
        private readonly RpcSimMethods _methods;
        private readonly RpcCall _call;
        private readonly string _parameters;
        private int _at;
        private bool _waits;
        private bool _over;

        public Run(RpcSimMethods methods, RpcCall call, string parameters)
        {
            (_methods, _call, _parameters) = (methods, call, parameters);
            call.Listen(this);
        }

        public void Stopped(Reason why) => Resume();

        public void CreditCame() => Resume();

        // One item at a time, each from elsewhere.
        public void Step() => _methods._world.Time.After(_methods._world.Rng.UpTo(TimeSpan.FromMilliseconds(20)), Write);

        private void Resume()
        {
            if (_waits)
            {
                _waits = false;
                Step();
            }
        }

        private void Write()
        {
            if (_over)
            {
                return;
            }

            if (_at == Length(_parameters))
            {
                _over = true;
                _methods.Answer(_call);
                return;
            }

            _waits = true; // before asking: credit may come meanwhile
            switch (_call.TryWriteItem(Encoding.UTF8.GetBytes(Item(_parameters, _at))))
            {
                case RpcItemStatus.Written:
                    _waits = false;
                    _at++;
                    Step();
                    break;
                case RpcItemStatus.NoCredit:
                    _methods._world.Marks.Hit("stream-waited-for-credit");
                    break;
                default:
                    _over = true;
                    _waits = false;
                    _methods.Answer(_call);
                    break;
            }
        }
    }
}
