namespace Quickwater.Rtmp.Tests;

/// <summary>Tests that play in studios: at the end of each, everything must have been given back.</summary>
public abstract class StudioTests : IDisposable
{
    private readonly List<Studio> _studios = [];

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        foreach (var studio in _studios)
        {
            studio.Dispose();
        }
    }

    private protected Studio Open(Func<Studio>? make = null)
    {
        var studio = make?.Invoke() ?? new Studio();
        _studios.Add(studio);
        return studio;
    }
}
