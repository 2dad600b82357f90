namespace Quickwater.Testing;

/// <summary>Names the requirements of docs/requirements-catalogue.md that a test shows to hold; docs/requirements.md
/// is generated from these ids and the test run.</summary>
/// <param name="ids">
/// Catalogue ids such as "RTMP-1.3", or an id with the clause of it that the test shows, "RTMP-1.8/timer" (docs/requirements-clauses.md). A bare id of
/// a requirement with clauses shows none of them; the test must pass all the same. On a class, they count for each of its tests.
/// </param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RequirementAttribute(params string[] ids) : Attribute
{
    /// <summary>The catalogue ids.</summary>
    public IReadOnlyList<string> Ids => ids;
}
