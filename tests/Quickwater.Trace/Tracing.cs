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

    /// <summary>The ids that tests carry and the catalogue does not have, each with a test.</summary>
    public IReadOnlyList<string> UnknownIds
    {
        get
        {
            var known = Catalogue.Select(item => item.Id).ToHashSet(StringComparer.Ordinal);
            return (from test in Tests from id in test.Ids where !known.Contains(id) select $"{id} ({test.Name})").ToArray();
        }
    }

    /// <summary>Reads the working copy.</summary>
    public static Tracing Read()
    {
        var tests = TestSources.Scan(Repository.FilesEnding(".cs")
            .Where(path => path.StartsWith("tests/", StringComparison.Ordinal)).Select(Repository.Read));
        var document = File.Exists(Repository.Absolute(RequirementsDocument.FilePath)) ? Repository.Read(RequirementsDocument.FilePath) : "";
        return new(Trace.Catalogue.Parse(Repository.Read(Trace.Catalogue.FilePath)), tests, document.ReplaceLineEndings("\n"));
    }

    /// <summary>The document as it should stand when these ids are met.</summary>
    public string Render(IReadOnlySet<string> met) => RequirementsDocument.Render(Catalogue, Tests, met);
}
