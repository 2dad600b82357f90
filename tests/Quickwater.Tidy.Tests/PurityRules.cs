using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Tidy.Tests;

/// <summary>
/// Core, the protocols and the simulator see bytes and time as arguments only. The compiler refuses the same names through
/// src/BannedSymbols.Pure.txt; this reads the words, so that an alias or a pragma does not pass unseen.
/// </summary>
public sealed class PurityRules
{
    private static readonly HashSet<string> Banned = new(StringComparer.Ordinal)
    {
        "DateTime", "DateTimeOffset", "Stopwatch", "Random", "Socket", "TcpClient", "TcpListener", "UdpClient", "NetworkStream", "Console", "ILogger",

        // Threads, what makes them or borrows them, and what waits on one.
        "Thread", "ThreadPool", "IThreadPoolWorkItem", "Task", "ValueTask", "TaskCompletionSource", "TaskFactory", "Parallel", "Timer", "ITimer", "BackgroundService",
        "CancellationToken", "WaitHandle", "WaitOne", "ManualResetEvent", "ManualResetEventSlim", "AutoResetEvent", "Semaphore", "SemaphoreSlim", "Mutex", "Barrier",
        "CountdownEvent", "BlockingCollection", "SpinWait", "Monitor",
    };

    // The engine hands turns to a scheduler; the simulator replaces scheduler and clock: here their contracts are the runtime's.
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["src/Quickwater.Core/Engine/IScheduler.cs"] = "its contract",
        ["src/Quickwater.Core/Engine/DeadlineQueue.cs"] = "it has one timer of that contract",
        ["src/Quickwater.Core/Engine/Connection.cs"] = "a connection is the work item that a scheduler queues",
        ["src/Quickwater.Core/Datagrams/DatagramPort.cs"] = "and so is a datagram port",
        ["src/Quickwater.Core/Engine/Ticker.cs"] = "and so is what lives by time",
        ["src/Quickwater.Core/Engine/WakeRun.cs"] = "and so are many that are woken at once",
        ["sim/Quickwater.Sim/Worlds/SimScheduler.cs"] = "the simulator's scheduler",
        ["sim/Quickwater.Sim/Time/VirtualTime.cs"] = "the runtime's clock and timers on virtual time",
        ["sim/Quickwater.Sim/Program.cs"] = "the command speaks to people",
    };

    [Fact]
    [Requirement("RPC-5")]
    public void Core_protocols_and_simulator_know_no_clock_thread_task_socket_or_console() =>
        Tidy.Holds("Words that pure projects do not use:",
            from file in SourceFile.All
            where file.IsPure && !Exceptions.ContainsKey(file.Path)
            from token in BannedIn(file.Root)
            select $"{file.At(token)} {token.ValueText}");

    [Theory]
    [InlineData("new Thread(Run).Start();", "Thread")]
    [InlineData("Thread own = new(Run);", "Thread")]
    [InlineData("Task.Run(Run);", "Task")]
    [InlineData("ThreadPool.QueueUserWorkItem(Run);", "ThreadPool")]
    [InlineData("handle.WaitOne();", "WaitOne")]
    [InlineData("var now = DateTime.UtcNow;", "DateTime")]
    public void A_clock_or_a_thread_in_a_pure_project_is_found(string code, string word) =>
        Assert.Equal(word, Assert.Single(BannedIn(CSharpSyntaxTree.ParseText(code).GetRoot())).ValueText);

    [Fact]
    [Requirement("AUD-1.3/generated")]
    public void Every_line_of_the_log_is_source_generated() =>
        Tidy.Holds("Log by a method of Log.cs with [LoggerMessage]; extensions of ILogger box their arguments and hide what is logged:",
            from file in SourceFile.All
            where file.Path.StartsWith("src/", StringComparison.Ordinal)
            from call in file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
            where call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "LogTrace" or "LogDebug" or "LogInformation" or "LogWarning" or "LogError" or "LogCritical" }
            select file.At(call));

    [Fact]
    public void Core_protocols_and_simulator_never_await() =>
        Tidy.Holds("Turns run to completion; async lives in Net, Server and Client:",
            from file in SourceFile.All
            where file.IsPure
            from token in file.Root.DescendantTokens()
            where token.IsKind(SyntaxKind.AsyncKeyword) || token.IsKind(SyntaxKind.AwaitKeyword)
            select file.At(token));

    [Fact]
    public void The_compiler_is_told_the_same_in_every_pure_project()
    {
        var targets = Repository.Read("Directory.Build.targets");
        Tidy.Holds("Directory.Build.targets does not apply src/BannedSymbols.Pure.txt to:",
            Projects.Pure.Where(name => name != "Quickwater.Sim" && !targets.Contains($";{name};", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_exception_still_exists() =>
        Tidy.Holds("Exceptions for files that are gone:", Exceptions.Keys.Where(path => !Repository.Files.Contains(path, StringComparer.Ordinal)));

    private static IEnumerable<SyntaxToken> BannedIn(SyntaxNode root) =>
        root.DescendantTokens().Where(static token => token.IsKind(SyntaxKind.IdentifierToken) && Banned.Contains(token.ValueText));
}
