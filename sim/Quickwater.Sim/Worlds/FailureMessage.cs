using System.Runtime.CompilerServices;

namespace Quickwater.Sim;

/// <summary>
/// What a world says when it fails, put together only then: <see cref="World.Require(bool, ref FailureMessage)"/> is asked for every sample and every event, and
/// the text costs more than the question. Written by the compiler, from <c>$"..."</c>.
/// </summary>
[InterpolatedStringHandler]
public ref struct FailureMessage
{
    private DefaultInterpolatedStringHandler _text;

    /// <summary>Begins the text, unless the condition holds.</summary>
    /// <param name="literalLength">Characters of the text itself.</param>
    /// <param name="formattedCount">Values in it.</param>
    /// <param name="holds">Whether the condition holds.</param>
    /// <param name="isWanted">Whether the text is wanted.</param>
    public FailureMessage(int literalLength, int formattedCount, bool holds, out bool isWanted)
    {
        isWanted = !holds;
        _text = isWanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    /// <summary>Adds text.</summary>
    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    /// <summary>Adds a value.</summary>
    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    internal string Text() => _text.ToStringAndClear();
}
