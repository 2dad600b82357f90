using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>What happens to a call while its method runs. Called on the engine's thread: it must be quick and must not run user code.</summary>
public interface IRpcCallEvents
{
    /// <summary>Nobody waits for the answer any more. It must be answered all the same: until then it counts as in flight.</summary>
    /// <param name="why"><see cref="Reason.Cancelled"/>, <see cref="Reason.DeadlineExceeded"/>, or why the connection ended.</param>
    void Stopped(Reason why);

    /// <summary>The caller takes more of the stream: an item that had no room may have some now.</summary>
    void CreditCame();
}
