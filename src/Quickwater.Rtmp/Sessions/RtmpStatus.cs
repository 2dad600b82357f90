namespace Quickwater.Rtmp;

/// <summary>What a server said when it refused or took its leave (RTMP 1.0, 7.2.2: the information object). A peer's words: not trusted.</summary>
/// <param name="Code">For programs, such as <c>NetStream.Publish.BadName</c>; empty when there was none.</param>
/// <param name="Description">For people; empty when there was none.</param>
/// <param name="Redirect">Where it sends the client instead: a URL, or empty. Servers of Adobe's kind say it as <c>ex.redirect</c> with code 302.</param>
public readonly record struct RtmpStatus(string Code, string Description, string Redirect = "")
{
    /// <summary>Whether the server said nothing.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Code) && string.IsNullOrEmpty(Description);

    /// <inheritdoc/>
    public override string ToString() => IsEmpty ? "" : $"{Code}: {Description}";

    internal static RtmpStatus Of(AmfValue info)
    {
        var ex = info["ex"];
        return new RtmpStatus(info["code"].Text, info["description"].Text, ex["code"].Number == 302 ? ex["redirect"].Text : "");
    }
}
