namespace Quickwater.Server;

/// <summary>Which source reads which pipe: a second reader would take a part of the samples from the first. Thread-safe.</summary>
internal sealed class PipeClaims
{
    private readonly Lock _lock = new();
    private readonly Dictionary<FileIdentity, SourceWorker> _readers = [];

    /// <summary>The pipe is that source's until it lets go of it. The answer is who has it: the source itself, or another.</summary>
    public SourceWorker Claim(FileIdentity pipe, SourceWorker source)
    {
        lock (_lock)
        {
            return _readers.TryGetValue(pipe, out var reader) ? reader : _readers[pipe] = source;
        }
    }

    /// <summary>All that a source has is free again.</summary>
    public void LetGo(SourceWorker source)
    {
        lock (_lock)
        {
            foreach (var (pipe, _) in _readers.Where(pair => ReferenceEquals(pair.Value, source)).ToArray())
            {
                _readers.Remove(pipe);
            }
        }
    }
}
