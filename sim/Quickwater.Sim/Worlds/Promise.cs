using System.Runtime.CompilerServices;

namespace Quickwater.Sim;

/// <summary>
/// The words of a promise, put together only when it is broken: <see cref="World.Require(bool, ref Promise)"/> is asked for every sample and every event, and the words cost
/// more than the question. Written by the compiler, from <c>$"..."</c>.
/// </summary>
[InterpolatedStringHandler]
public ref struct Promise
{
    private DefaultInterpolatedStringHandler _words;

    /// <summary>Begins the words, unless the promise is kept.</summary>
    /// <param name="literalLength">Characters of the text itself.</param>
    /// <param name="formattedCount">Values in it.</param>
    /// <param name="kept">Whether the promise is kept.</param>
    /// <param name="isBroken">Whether the words are wanted.</param>
    public Promise(int literalLength, int formattedCount, bool kept, out bool isBroken)
    {
        isBroken = !kept;
        _words = isBroken ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    /// <summary>Adds text.</summary>
    public void AppendLiteral(string value) => _words.AppendLiteral(value);

    /// <summary>Adds a value.</summary>
    public void AppendFormatted<T>(T value) => _words.AppendFormatted(value);

    internal string Words() => _words.ToStringAndClear();
}
