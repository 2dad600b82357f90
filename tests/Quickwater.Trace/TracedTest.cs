namespace Quickwater.Trace;

/// <summary>A test method that carries requirement ids.</summary>
/// <param name="Class">The full name of the class it runs in (a derived one when the method is inherited).</param>
/// <param name="Method">The method.</param>
/// <param name="Ids">The ids it carries, its class's included.</param>
public sealed record TracedTest(string Class, string Method, IReadOnlyList<string> Ids)
{
    /// <summary>How the test is named in documents: class and method, without the namespace.</summary>
    public string Name => $"{Class[(Class.LastIndexOf('.') + 1)..]}.{Method}";
}
