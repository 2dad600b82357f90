using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>What a run over many inputs came to.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Inputs">Inputs fed.</param>
/// <param name="PastHandshake">Of these, those whose handshake was complete.</param>
/// <param name="Reasons">How many ended for which reason.</param>
/// <param name="Failure">The first failure, with its seed and how to replay it; null when all was well.</param>
internal sealed record FuzzReport(
    string Target, long Inputs, long PastHandshake, IReadOnlyDictionary<Reason, long> Reasons, string? Failure)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var reasons = string.Join(", ", Reasons.OrderByDescending(static pair => pair.Value).Select(static pair => $"{pair.Key} {pair.Value}"));
        return $"{Target}: {Inputs} inputs, {PastHandshake} past the handshake; {reasons}" + (Failure is null ? "" : $"\n{Failure}");
    }
}
