namespace Quickwater.Trace;

/// <summary>A test method that carries requirement ids.</summary>
/// <param name="Class">The full name of the class it runs in (a derived one when the method is inherited).</param>
/// <param name="Method">The method.</param>
/// <param name="Marks">What it carries, its class's included: ids, or an id with the clause that it shows, "RTMP-1.8/timer".</param>
public sealed record TracedTest(string Class, string Method, IReadOnlyList<string> Marks)
{
    /// <summary>The class of what is no method but a step of <c>./test</c>, named by its method.</summary>
    public const string StepClass = "step";

    /// <summary>How the test is named in documents: class and method, without the namespace; for a step, its name.</summary>
    public string Name => Class == StepClass ? $"./test: {Method}" : $"{Class[(Class.LastIndexOf('.') + 1)..]}.{Method}";

    /// <summary>The ids it carries, each once.</summary>
    public IReadOnlyList<string> Ids { get; } = Marks.Select(IdOf).Distinct(StringComparer.Ordinal).ToArray();

    /// <summary>Whether it carries that id, with or without a clause.</summary>
    public bool Carries(string id) => Ids.Contains(id, StringComparer.Ordinal);

    private static string IdOf(string mark) => mark.Split('/', 2)[0];
}
