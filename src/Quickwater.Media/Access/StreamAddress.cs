using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// What a client means by its application and stream name: parameters behind a question mark stand in either, or in the tcUrl, and
/// clients do all three. Where the border between application and name is drawn is the client's habit too, so it is drawn anew here:
/// <c>live/a</c> and <c>b</c> are the same as <c>live</c> and <c>a/b</c>, and a name alone is in the application <c>live</c>.
/// </summary>
/// <param name="Application">The application: the first segment, between no slashes.</param>
/// <param name="Stream">The stream's name within it: all other segments.</param>
/// <param name="Key">The value of the parameter <c>key</c>, or else of <c>token</c>, if there is one. Secret.</param>
/// <param name="Parameters">All parameters, the name's before the application's before the tcUrl's, as in a query. Secret.</param>
public readonly record struct StreamAddress(string Application, string Stream, string? Key, string Parameters)
{
    /// <summary>Characters of the application and of the stream's name, each, at most.</summary>
    public const int PartLengthMax = 256;

    /// <summary>The value of the parameter <c>latency</c>, if there is one: see <see cref="ViewerLatencies"/>.</summary>
    public string? Latency => Find(Parameters, "latency=");

    /// <summary>Characters of the parameters at most.</summary>
    public const int ParametersLengthMax = 4096;

    /// <summary>The topic's name in the hub.</summary>
    public string Topic => $"{Application}/{Stream}";

    /// <summary>Takes apart what a client sent. Reason: <see cref="Reason.InvalidName"/>.</summary>
    /// <param name="application">The <c>app</c> of its connect command.</param>
    /// <param name="tcUrl">The <c>tcUrl</c> of its connect command.</param>
    /// <param name="name">The name in its publish or play command.</param>
    /// <param name="address">What it means.</param>
    public static Reason Parse(string application, string tcUrl, string name, out StreamAddress address)
    {
        var (app, appQuery) = Split(application);
        var (stream, nameQuery) = Split(name);
        var urlQuery = Split(tcUrl).Query;
        address = default;
        if (nameQuery.Length + appQuery.Length + urlQuery.Length > ParametersLengthMax)
        {
            return Reason.InvalidName;
        }

        var why = StreamName.Read(app, stream, out var found);
        var parameters = string.Join('&', ((string[])[nameQuery, appQuery, urlQuery]).Where(static query => query.Length > 0).Distinct(StringComparer.Ordinal));
        address = new StreamAddress(found.Application, found.Stream, Find(parameters, "key=") ?? Find(parameters, "token="), parameters);
        return why;
    }

    /// <summary>The stream that a path names whose percent signs are decoded already, without an ending. Reason: <see cref="Reason.InvalidName"/>.</summary>
    public static Reason ParsePath(string path, out StreamAddress address)
    {
        var why = StreamName.Read("", path, out var found, isEncoded: false);
        address = new StreamAddress(found.Application, found.Stream, null, "");
        return why;
    }

    /// <summary>
    /// Whether a part of a stream's name can be used: 1 to 256 characters in segments between single slashes, none of which is all dots or has a space at an end. Letters and
    /// marks of all languages, digits, emoji, spaces and <c>-_.~+@=:,!'()</c>.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<char> part) => StreamName.IsValid(part);

    private static (string Path, string Query) Split(string text)
    {
        var mark = text.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (text, "") : (text[..mark], text[(mark + 1)..]);
    }

    private static string? Find(string query, string name)
    {
        foreach (var pair in query.Split('&'))
        {
            if (pair.StartsWith(name, StringComparison.Ordinal))
            {
                return Uri.UnescapeDataString(pair[name.Length..]);
            }
        }

        return null;
    }
}
