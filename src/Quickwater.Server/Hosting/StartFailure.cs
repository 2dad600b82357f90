using System.Net;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>Why the server could not start.</summary>
/// <param name="System">The system that failed: <c>rtmp</c>, <c>rpc.tls</c> or <c>admin</c>.</param>
/// <param name="Address">Where it should have listened.</param>
/// <param name="Why">The reason.</param>
/// <param name="Detail">What exactly, for people; empty for the reason's own text.</param>
public sealed record StartFailure(string System, IPEndPoint Address, Reason Why, string Detail = "")
{
    /// <summary>The cause, for people.</summary>
    public string Text => Detail.Length > 0 ? Detail : Why.Text();

    /// <inheritdoc/>
    public override string ToString() => $"{System}.listen: cannot listen on {Address}: {Text} [{Why.Tag()}]";
}
