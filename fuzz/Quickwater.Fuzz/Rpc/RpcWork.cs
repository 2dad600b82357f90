using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rpc;

namespace Quickwater.Fuzz;

/// <summary>
/// The methods of a server: at once or later, in any order, only when nobody waits any more, with items before the result, too long, or with an exception. What each does is drawn.
/// </summary>
internal sealed class RpcWork : IRpcHandler
{
    public const int BodyBytesMax = 8192;
    private const int ItemsMax = 20;

    private static readonly byte[] TooLong = new byte[BodyBytesMax + 1];
    private readonly List<Job> _jobs = [];
    private Rng _rng = new(0);

    public RpcWork() => Methods = new RpcMethods()
        .MapLater("later", RpcPayloads.Json | RpcPayloads.Binary, this)
        .MapLater("stuck", RpcPayloads.Json | RpcPayloads.Binary, this)
        .MapLater("items", RpcPayloads.Json | RpcPayloads.Binary, this, streams: true)
        .MapInline("long", RpcPayloads.Json | RpcPayloads.Binary, static (in RpcRequest asked, RpcResponse answer) => answer.Write(TooLong))
        .MapInline("throws", RpcPayloads.Json, static (in RpcRequest asked, RpcResponse answer) => throw new NotSupportedException("planned"));

    public RpcMethods Methods { get; }

    /// <summary>Bytes of the calls that are not over.</summary>
    public int HeldBytes => _jobs.Sum(static job => job.Call.Payload.Length);

    public int Count => _jobs.Count;

    /// <summary>Another input begins.</summary>
    public void Begin(Rng rng)
    {
        _jobs.Clear();
        _rng = rng;
    }

    /// <inheritdoc/>
    public void Start(RpcCall call)
    {
        if (_rng.Chance(0.05))
        {
            throw new NotSupportedException("planned"); // which answers the call
        }

        var job = new Job(call);
        call.Listen(job);
        _jobs.Add(job);
        if (_rng.Chance(0.1))
        {
            Work(job);
        }
    }

    /// <summary>Goes on with some of the calls.</summary>
    public void GoOn()
    {
        for (var i = _jobs.Count - 1; i >= 0; i--)
        {
            if (_rng.Chance(0.5) && (_jobs[i].Call.Method != "stuck" || _jobs[i].Call.Stopped != Reason.None))
            {
                Work(_jobs[i]);
            }
        }
    }

    /// <summary>Answers whatever is left.</summary>
    public void Finish()
    {
        while (_jobs.Count > 0)
        {
            Answer(_jobs[^1]);
        }
    }

    private void Work(Job job)
    {
        if (job.Call.Method == "items" && job.Items < ItemsMax && _rng.Chance(0.8))
        {
            job.Items++;
            job.Call.TryWriteItem(TooLong.AsSpan(0, _rng.Chance(0.05) ? TooLong.Length : _rng.Below(64)));
        }
        else
        {
            Answer(job);
        }
    }

    private void Answer(Job job)
    {
        _jobs.Remove(job);
        switch (_rng.Below(10))
        {
            case 0:
                job.Call.Fail(new RpcError((RpcErrorCode)42, "planned"));
                break;
            case 1:
                job.Call.Complete(TooLong);
                break;
            case 2:
                job.Call.Fail(new NotSupportedException("planned"));
                break;
            default:
                job.Call.Complete([.. job.Call.Payload.Span]);
                break;
        }
    }

    // A call under way. Where there is credit again, an item goes out at once.
    private sealed class Job(RpcCall call) : IRpcCallEvents
    {
        private bool _stopped;

        public RpcCall Call { get; } = call;

        public int Items { get; set; }

        public void Stopped(Reason why)
        {
            if (_stopped || why == Reason.None)
            {
                throw new FuzzFailedException($"a call was stopped twice, or for no reason: {why}");
            }

            _stopped = true;
        }

        public void CreditCame()
        {
            if (Call.Method == "items" && Items++ < ItemsMax)
            {
                Call.TryWriteItem("1"u8);
            }
        }
    }
}
