namespace Quickwater.Trace;

/// <summary>One thing that a requirement's wording asks for.</summary>
/// <param name="Name">How tests name it behind the id, for example "timer" in "RTMP-1.8/timer".</param>
/// <param name="Text">What must hold.</param>
public sealed record Clause(string Name, string Text);
