using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>The audio system's documents against its code.</summary>
public sealed class DocumentationTests
{
    [Fact]
    [Requirement("AUD-10.1", "AUD-4.1/documented")]
    public void The_protocols_specification_has_every_message_and_every_notice()
    {
        var specification = Read("docs/wire/audio.md");
        Assert.All(Enum.GetValues<AudioMessageType>(), type =>
        {
            Assert.Contains($"| {(byte)type} | {type} | ", specification, StringComparison.Ordinal);
            Assert.Matches($@"\n## .*\b{type} \({(byte)type}\)", specification);
        });
        var notices = Regex.Match(specification, @"\n## Notice.*?\n## ", RegexOptions.Singleline | RegexOptions.CultureInvariant).Value;
        Assert.All(Enum.GetValues<NoticeKind>(), kind =>
        {
            var words = kind switch { NoticeKind.OffAir => "off the air", NoticeKind.OnAir => "on the air", _ => kind.ToString() };
            Assert.Contains($"| {(byte)kind} | {words}", notices, StringComparison.OrdinalIgnoreCase);
        });
    }

    [Fact]
    [Requirement("AUD-10.1")]
    public void The_failure_modes_have_every_reason_that_the_code_names()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(Root(), "src/Quickwater.Audio"), "*.cs", SearchOption.AllDirectories),
            .. Directory.EnumerateFiles(Path.Combine(Root(), "src/Quickwater.Server/Audio"), "*.cs"),
            Path.Combine(Root(), "src/Quickwater.Server/Http/AudioListeners.cs"),
        ];
        var named = files.Where(static file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(static file => Regex.Matches(File.ReadAllText(file), @"\bReason\.(?<name>[A-Z]\w+)", RegexOptions.CultureInvariant))
            .Select(static match => match.Groups["name"].Value)
            .Where(static name => Enum.TryParse<Reason>(name, out _))
            .Select(Enum.Parse<Reason>)
            .Concat(AudioSettings.All.Select(static setting => setting.Limit).OfType<Reason>())
            .Where(static reason => reason != Reason.None)
            .Distinct().ToArray();
        Assert.True(named.Length > 30);
        var page = Read("docs/audio.md");
        Assert.All(named, reason => Assert.Contains($"`{reason.Tag()}`", page, StringComparison.Ordinal));
    }

    [Fact]
    [Requirement("AUD-10.1")]
    public void Every_limit_of_the_section_stands_with_its_reason_in_the_reference()
    {
        var page = Read("docs/configuration.md");
        Assert.All(AudioSettings.All, setting =>
        {
            var at = page.IndexOf($"### `{setting.Key}`", StringComparison.Ordinal);
            Assert.True(at >= 0, setting.Key);
            var next = page.IndexOf("### `", at + 1, StringComparison.Ordinal);
            var entry = next < 0 ? page[at..] : page[at..next];
            Assert.True(setting.Limit is not { } limit || entry.Contains($"`{limit.Tag()}`", StringComparison.Ordinal), $"{setting.Key} names its reason");
        });
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root(), path));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(here, "../../../.."));
}
