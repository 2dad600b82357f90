using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>A method that keeps its calls until the test answers them.</summary>
internal sealed class Held : IRpcHandler, IRpcCallEvents
{
    public List<RpcCall> Calls { get; } = [];

    public List<Reason> Stops { get; } = [];

    public int Credits { get; private set; }

    public void Start(RpcCall call)
    {
        call.Listen(this);
        Calls.Add(call);
    }

    public void Stopped(Reason why) => Stops.Add(why);

    public void CreditCame() => Credits++;

    /// <summary>Answers what was not answered, so that nothing is left.</summary>
    public void AnswerAll()
    {
        foreach (var call in Calls)
        {
            call.Complete("null"u8);
        }

        Calls.Clear();
    }
}
