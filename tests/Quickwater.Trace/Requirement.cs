namespace Quickwater.Trace;

/// <summary>One line of the catalogue.</summary>
/// <param name="Id">Its permanent id, for example "RTMP-1.3".</param>
/// <param name="System">The system it belongs to, for example "RTMP: cross-platform RTMP server".</param>
/// <param name="Group">The group in that system, or empty.</param>
/// <param name="Text">What must hold.</param>
public sealed record Requirement(string Id, string System, string Group, string Text)
{
    /// <summary>What its wording asks for, one by one; empty when one test can show all of it.</summary>
    public IReadOnlyList<Clause> Clauses { get; init; } = [];

    /// <summary>What tests must carry for it, all of these: "ID/clause" for each clause, or the id itself when it has none.</summary>
    public IEnumerable<string> Marks => Clauses.Count == 0 ? [Id] : Clauses.Select(clause => $"{Id}/{clause.Name}");
}
