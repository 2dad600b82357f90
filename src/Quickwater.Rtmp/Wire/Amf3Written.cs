namespace Quickwater.Rtmp;

/// <summary>What an <see cref="Amf3Writer"/> has written and may refer to: the three tables of one message.</summary>
internal sealed class Amf3Written
{
    public readonly Dictionary<string, int> Strings = new(StringComparer.Ordinal);
    public readonly Dictionary<AmfValue, int> Objects = new(ReferenceEqualityComparer.Instance);
    public readonly Dictionary<string, int> Traits = new(StringComparer.Ordinal);
}
