using Quickwater.Core;
using Quickwater.Rpc;

namespace Quickwater.Sim;

/// <summary>A second server, where callers make again what certainly has not run on the first, or may run twice: as the client library does.</summary>
internal sealed class RpcSpare
{
    private readonly World _world;
    private readonly SimHost _clients;
    private readonly SimHost _server;
    private readonly RpcServer _rpc;
    private readonly RpcSimMethods _methods;
    private readonly PooledBytes.Pool _buffers;
    private readonly List<RpcSimCall> _calls = [];
    private bool _closed;

    public RpcSpare(World world, SimHost clients, SimHost server, RpcSimMethods first)
    {
        _world = world;
        _clients = clients;
        _server = server;
        _buffers = new PooledBytes.Pool(clients.Engine.Leaks);
        _methods = new RpcSimMethods(world, world.Rng.Fork(), asks: false) { Twin = first, Idempotent = first.Idempotent };
        first.Twin = _methods;
        _rpc = new RpcServer(_methods.Offer(), new RpcLimits(), new PooledBytes.Pool(server.Engine.Leaks));
    }

    /// <summary>A call failed on the first server.</summary>
    public void Failed(RpcSimCall call, RpcError error)
    {
        if (!_closed && call.MayCall && error.Code is RpcErrorCode.ConnectionLost or RpcErrorCode.Draining or RpcErrorCode.Interrupted
            && (!error.MayHaveRun || _methods.Idempotent.Contains(call.Parameters)))
        {
            _world.Time.After(_world.Rng.UpTo(TimeSpan.FromSeconds(1)), () => Again(call));
        }
    }

    /// <summary>No more calls are made, and those under way finish.</summary>
    public void Close()
    {
        _closed = true;
        _server.Drain(TimeSpan.FromMinutes(1));
    }

    /// <summary>What must be true of its end.</summary>
    public void Check()
    {
        foreach (var call in _calls)
        {
            call.Check();
        }

        _world.Require(_rpc.Stats is { InFlight: 0, Connections: 0 }, $"nothing is in flight when all is over: {_rpc.Stats}");
    }

    private void Again(RpcSimCall call)
    {
        if (_closed)
        {
            return;
        }

        var session = new RpcClientSession(new RpcClientOptions(), _buffers);
        _world.Dial(_clients, session, _server, _rpc);
        var again = new RpcSimCall(_world, _methods, call.Method, call.Parameters) { Session = session, MayCall = true, Credit = call.Credit };
        if (session.TryCall(again))
        {
            _calls.Add(again);
            _world.Marks.Hit("made-again");
        }
    }
}
