using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Tidy.Tests;

/// <summary>What is chosen in the audio system says why, where it stands. That there are words a machine can see; that they are good ones, a reader.</summary>
[Requirement("AUD-10.3")]
public sealed partial class ReasonRules
{
    private const string Guide = "docs/audio.md";

    // A word or two name a thing; a reason is longer.
    private const int ReasonCharsMin = 15;

    [Fact]
    public void Every_number_that_was_chosen_says_why() =>
        Tidy.Holds("A constant with a number has a comment: above it, behind it, or above the first of its group without a blank line between:",
            from file in Audio
            from field in file.Root.DescendantNodes().OfType<FieldDeclarationSyntax>()
            where field.Modifiers.Any(SyntaxKind.ConstKeyword)
                || (field.Modifiers.Any(SyntaxKind.StaticKeyword) && field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword))
            where field.Declaration.DescendantTokens().Any(token => token.IsKind(SyntaxKind.NumericLiteralToken))
            where !IsExplained(field)
            select $"{file.At(field)} {field.Declaration}");

    [Fact]
    public void Every_default_of_an_option_is_told_in_its_documentation() =>
        Tidy.Holds("An option with a number for its default says what it is for and what the default is:",
            from file in Audio
            where file.Path.EndsWith("Options.cs", StringComparison.Ordinal)
            from property in file.Root.DescendantNodes().OfType<PropertyDeclarationSyntax>()
            where property.Initializer is { } initial && initial.DescendantTokens().Any(token => token.IsKind(SyntaxKind.NumericLiteralToken))
            let words = Comments(property.GetLeadingTrivia())
            where words.Length < ReasonCharsMin || !words.Contains("Default", StringComparison.OrdinalIgnoreCase)
            select $"{file.At(property)} {property.Identifier}");

    [Fact]
    public void Every_decision_about_audio_is_named_where_it_applies()
    {
        var decisions = Repository.Files.Where(DocumentRules.IsDecisionRecord)
            .Where(path => AboutAudio().IsMatch(Repository.Read(path).Split('\n')[0])).ToArray();
        Assert.True(decisions.Length >= 5, string.Join(", ", decisions));
        var guide = Repository.Read(Guide);
        var code = string.Concat(SourceFile.All.Where(file => file.Room == "src").Select(file => file.Text));
        Tidy.Holds($"{Guide} links every one, and so does a comment of the code that carries it out:",
            from path in decisions
            let name = Path.GetFileName(path)
            from missing in new[]
            {
                guide.Contains($"](adr/{name})", StringComparison.Ordinal) ? null : Guide,
                code.Contains($"docs/adr/{name[..4]}", StringComparison.Ordinal) ? null : "the code",
            }
            where missing is not null
            select $"{path}: not in {missing}");
    }

    private static IEnumerable<SourceFile> Audio => SourceFile.All.Where(file =>
        file.Path.StartsWith("src/Quickwater.Audio/", StringComparison.Ordinal) || file.Path.StartsWith("src/Quickwater.Server/Audio/", StringComparison.Ordinal));

    private static bool IsExplained(FieldDeclarationSyntax field)
    {
        if (Comments(field.GetTrailingTrivia()).Length >= ReasonCharsMin)
        {
            return true;
        }

        var above = field.GetLeadingTrivia();
        if (Comments(above).Length > 0)
        {
            return Comments(above).Length >= ReasonCharsMin;
        }

        // Without a comment or a blank line of its own it is of the group of the one above, whose comment speaks for all of them.
        var members = ((TypeDeclarationSyntax?)field.Parent)?.Members;
        var index = members?.IndexOf(field) ?? 0;
        return index > 0 && !above.Any(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia))
            && members?[index - 1] is FieldDeclarationSyntax before && IsExplained(before);
    }

    private static string Comments(SyntaxTriviaList trivia) =>
        string.Concat(trivia.Where(one => one.IsKind(SyntaxKind.SingleLineCommentTrivia) || one.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia))
            .Select(one => one.ToString())).Replace("/", "", StringComparison.Ordinal).Trim();

    [GeneratedRegex(@"\b(audio|stations?|libsndfile)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex AboutAudio();
}
