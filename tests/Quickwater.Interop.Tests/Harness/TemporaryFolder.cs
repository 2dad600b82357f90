namespace Quickwater.Interop.Tests;

/// <summary>A folder for one test's files, gone when the test is over.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quickwater-interop-");

    /// <summary>The path of a file in it, which need not exist.</summary>
    public string this[string name] => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
