using Quickwater.Testing;

namespace Quickwater.Trace;

/// <summary>The repository's catalogue, its tests that carry ids, and the document made of them.</summary>
public sealed class Tracing
{
    private Tracing(IReadOnlyList<Requirement> catalogue, IReadOnlyList<TracedTest> tests, string document) =>
        (Catalogue, Tests, Document) = (catalogue, tests, document);

    /// <summary>Every requirement.</summary>
    public IReadOnlyList<Requirement> Catalogue { get; }

    /// <summary>Every test that carries an id.</summary>
    public IReadOnlyList<TracedTest> Tests { get; }

    /// <summary>docs/requirements.md as it stands; empty when there is none.</summary>
    public string Document { get; }

    /// <summary>The ids and clauses that tests carry and the catalogue does not have, each with a test.</summary>
    public IReadOnlyList<string> UnknownIds
    {
        get
        {
            var known = Catalogue.SelectMany(item => item.Marks.Append(item.Id)).ToHashSet(StringComparer.Ordinal);
            return (from test in Tests from mark in test.Marks where !known.Contains(mark) select $"{mark} ({test.Name})").ToArray();
        }
    }

    /// <summary>Reads the working copy.</summary>
    public static Tracing Read()
    {
        var sources = Repository.FilesEnding(".cs").Where(static path => path.StartsWith("tests/", StringComparison.Ordinal));
        var scripts = Repository.FilesEnding(".sh").Where(static path => path.StartsWith("scripts/", StringComparison.Ordinal)).Prepend("test");
        var tests = TestSources.Scan(sources.Select(Repository.Read)).Concat(TestSources.ScanSteps(scripts.Select(Repository.Read))).ToArray();
        var document = File.Exists(Repository.Absolute(RequirementsDocument.FilePath)) ? Repository.Read(RequirementsDocument.FilePath) : "";
        var catalogue = Trace.Catalogue.Parse(Repository.Read(Trace.Catalogue.FilePath), Repository.Read(Trace.Catalogue.ClausesPath));
        return new(catalogue, tests, document.ReplaceLineEndings("\n"));
    }

    /// <summary>The ids that the document calls met, but for those that have a clause without a test by now.</summary>
    public IReadOnlySet<string> StillMet =>
        RequirementsDocument.Met(Document).Intersect(RequirementsDocument.Shown(Catalogue, Tests), StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);

    /// <summary>The document as it should stand when these ids are met.</summary>
    public string Render(IReadOnlySet<string> met) => RequirementsDocument.Render(Catalogue, Tests, met);

    /// <summary>The ids that are met after a run.</summary>
    public IReadOnlySet<string> MetAfter(IReadOnlyList<TestResult> run) =>
        RequirementsDocument.MetAfter(Catalogue, Tests, run, RequirementsDocument.Met(Document));
}
