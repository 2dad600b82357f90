using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>What is wrong with AMF bytes, and where.</summary>
/// <param name="Code">
/// <see cref="Reason.MalformedAmf"/>, <see cref="Reason.AmfTooDeep"/>, <see cref="Reason.AmfTooLarge"/>, or
/// <see cref="Reason.UnknownAmfClass"/>; <see cref="Reason.None"/> when nothing is wrong.
/// </param>
/// <param name="Offset">The byte offset of the marker, length or key that broke the rules, from the start of what was read.</param>
public readonly record struct AmfError(Reason Code, int Offset)
{
    /// <inheritdoc/>
    public override string ToString() => Code == Reason.None ? "no error" : $"{Code.Text()} at byte {Offset}";
}
