namespace Quickwater.Server;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Where">Where it stands: <c>file:line</c>, an environment variable, <c>--set key</c>, or empty.</param>
/// <param name="Key">The key it is about, or empty when it is about the whole.</param>
/// <param name="Text">What is wrong and what is allowed.</param>
internal sealed record ConfigurationProblem(string Where, string Key, string Text)
{
    /// <summary>The problem in one line.</summary>
    public override string ToString() =>
        string.Join(": ", new[] { Where, Key, Text }.Where(part => part.Length > 0));
}
