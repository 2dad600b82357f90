using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Tidy.Tests;

/// <summary>What the RPC library is not made of. Each rule is shown a breach too, so that it is known to find one.</summary>
public sealed class RpcRules
{
    private const string Library = "src/Quickwater.Rpc/";

    // Whoever frames by these leaves fragmentation and coalescing to them.
    private static readonly HashSet<string> Readers = new(StringComparer.Ordinal)
    {
        "ReadExactly", "ReadExactlyAsync", "ReadAtLeast", "ReadAtLeastAsync", "Stream", "NetworkStream", "BufferedStream", "BinaryReader", "StreamReader",
        "PipeReader", "IDuplexPipe", "SequenceReader", "ReadOnlySequence",
    };

    [Fact]
    [Requirement("RPC-1")]
    public void The_library_reads_by_no_call_that_waits_for_a_whole_frame() => Tidy.Holds("The RPC library frames by hand:", Uses(Sources(Library), Readers));

    [Fact]
    [Requirement("RPC-1", "RPC-15")]
    public void The_library_is_built_on_no_RPC_framework()
    {
        var project = XDocument.Parse(Repository.Read($"{Library}Quickwater.Rpc.csproj"));
        Assert.DoesNotContain(project.Descendants("PackageReference"), one => (string?)one.Attribute("PrivateAssets") != "all");
        Assert.All(project.Descendants("ProjectReference"), one => Assert.Contains("Quickwater.Core", (string?)one.Attribute("Include"), StringComparison.Ordinal));
        Tidy.Holds("The RPC library uses the base class library and Quickwater.Core:",
            from file in Sources(Library)
            from import in file.Root.DescendantNodes().OfType<UsingDirectiveSyntax>()
            where import.Name?.ToString() is { } name && name != "System" && !name.StartsWith("System.", StringComparison.Ordinal) && name != "Quickwater.Core"
            select $"{file.At(import)} {import}");
    }

    // The library itself is pure (PurityRules). Here are tasks, on the pool's threads; but nothing has a thread of its own, and nothing makes one wait.
    [Fact]
    [Requirement("RPC-5")]
    public void What_hosts_and_calls_it_makes_no_thread_and_blocks_none() =>
        Tidy.Holds("Await instead:", Blocks(Sources("src/Quickwater.Hosting/").Concat(Sources("src/Quickwater.Client/Rpc/")).Select(file => (file.Root, new Func<SyntaxNode, string>(file.At)))));

    [Theory]
    [InlineData("stream.ReadExactly(buffer);", "ReadExactly")]
    [InlineData("await s.ReadAtLeastAsync(buffer, 12);", "ReadAtLeastAsync")]
    [InlineData("PipeReader reader;", "PipeReader")]
    public void A_call_that_waits_for_a_whole_frame_is_found(string code, string word) => Assert.Contains(word, Words(Parse(code), Readers).Select(token => token.ValueText));

    [Theory]
    [InlineData("new Thread(Run).Start();", true)]
    [InlineData("new System.Threading.Thread(Run).Start();", true)]
    [InlineData("Thread own = new(Run);", true)]
    [InlineData("Thread[] own = [new(Run)];", true)]
    [InlineData("var all = new List<Thread> { new(Run) };", true)]
    [InlineData("Timer often = new(Run);", true)]
    [InlineData("Thread.Sleep(5);", true)]
    [InlineData("Task.Run(Run);", true)]
    [InlineData("Task.Run<int>(Run);", true)]
    [InlineData("System.Threading.Tasks.Task.Run(Run);", true)]
    [InlineData("Task.Factory.StartNew(Run);", true)]
    [InlineData("task.Wait();", true)]
    [InlineData("task?.Wait();", true)]
    [InlineData("var got = task.Result;", true)]
    [InlineData("var got = Ask().Result.Length;", true)]
    [InlineData("own.Join();", true)]
    [InlineData("own.Join(Patience);", true)]
    [InlineData("room.Wait(5);", true)]
    [InlineData("Task.WaitAll(a, b);", true)]
    [InlineData("task.GetAwaiter().GetResult();", true)]
    [InlineData("handle.WaitOne();", true)]
    [InlineData("await room.WaitAsync();", false)]
    [InlineData("var text = string.Join(',', words);", false)]
    [InlineData("using System.Threading;", false)]
    [InlineData("var got = new Answer { Result = 5 };", false)]
    [InlineData("ThreadPool.UnsafeQueueUserWorkItem(work, false);", false)]
    public void A_thread_or_a_wait_outside_the_library_is_found(string code, bool isFound) =>
        Assert.Equal(isFound, Blocks([(Parse(code), static node => node.ToString())]).Any());

    private static IEnumerable<SourceFile> Sources(string folder)
    {
        var files = SourceFile.All.Where(file => file.Path.StartsWith(folder, StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(files);
        return files;
    }

    private static SyntaxNode Parse(string code) => CSharpSyntaxTree.ParseText(code).GetRoot();

    private static IEnumerable<string> Uses(IEnumerable<SourceFile> files, HashSet<string> words) =>
        from file in files
        from token in Words(file.Root, words)
        select $"{file.At(token)} {token.ValueText}";

    private static IEnumerable<SyntaxToken> Words(SyntaxNode root, HashSet<string> words) =>
        root.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken) && words.Contains(token.ValueText));

    private static IEnumerable<string> Blocks(IEnumerable<(SyntaxNode Root, Func<SyntaxNode, string> At)> files) =>
        from file in files
        from node in file.Root.DescendantNodes()
        where node switch
        {
            IdentifierNameSyntax { Identifier.ValueText: "Thread" or "Timer" } => true,
            MemberAccessExpressionSyntax access => Waits(access.Expression.ToString().Split('.')[^1], access.Name.Identifier.ValueText),
            MemberBindingExpressionSyntax binding => Waits("", binding.Name.Identifier.ValueText),
            _ => false,
        }
        select $"{file.At(node)} {node}";

    private static bool Waits(string on, string name) => name switch
    {
        "Wait" or "WaitAll" or "WaitAny" or "WaitOne" or "GetResult" or "Result" or "Sleep" or "StartNew" => true,
        "Join" => on is not ("string" or "String" or "Path"),
        "Run" => on == "Task",
        _ => false,
    };
}
