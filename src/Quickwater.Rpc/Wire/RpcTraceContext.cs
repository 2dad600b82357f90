using System.Globalization;

namespace Quickwater.Rpc;

/// <summary>
/// The trace that a call belongs to: the fields of W3C Trace Context, section 3.2, as they travel in the 25 bytes of docs/wire/rpc.md.
/// </summary>
/// <param name="TraceId">The whole trace; not zero.</param>
/// <param name="ParentId">The caller's span; not zero.</param>
/// <param name="Flags">The trace flags; bit 0 means sampled.</param>
public readonly record struct RpcTraceContext(UInt128 TraceId, ulong ParentId, byte Flags)
{
    private const int TextLength = 55;

    /// <summary>Whether there is a trace: neither id is zero.</summary>
    public bool IsValid => TraceId != 0 && ParentId != 0;

    /// <summary>Reads a <c>traceparent</c>, such as <c>00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01</c>. False when it is none.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RpcTraceContext context)
    {
        context = default;
        const NumberStyles hex = NumberStyles.AllowHexSpecifier;
        if (text.Length != TextLength || !text.StartsWith("00-", StringComparison.Ordinal) || text[35] != '-' || text[52] != '-'
            || !UInt128.TryParse(text[3..35], hex, CultureInfo.InvariantCulture, out var trace)
            || !ulong.TryParse(text[36..52], hex, CultureInfo.InvariantCulture, out var parent)
            || !byte.TryParse(text[53..], hex, CultureInfo.InvariantCulture, out var flags))
        {
            return false;
        }

        context = new RpcTraceContext(trace, parent, flags);
        return context.IsValid;
    }

    /// <summary>The <c>traceparent</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"00-{TraceId:x32}-{ParentId:x16}-{Flags:x2}");
}
