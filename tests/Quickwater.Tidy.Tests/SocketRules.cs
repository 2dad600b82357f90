using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Tidy.Tests;

/// <summary>One type owns a socket from the call that makes it to the one that closes it; whoever else has it looks at it only.</summary>
[Requirement("AUD-1.1/no-raw-close")]
public sealed class SocketRules
{
    // Where a socket is closed or shut, by method, and why it is theirs to close.
    private static readonly Dictionary<string, string> Owners = new(StringComparer.Ordinal)
    {
        ["src/Quickwater.Net/Tcp/TcpTransport.cs TryPrepare"] = "who takes it over closes what is gone already",
        ["src/Quickwater.Net/Tcp/TcpTransport.cs FinishSending"] = "the owner of a connection",
        ["src/Quickwater.Net/Tcp/TcpTransport.cs Close"] = "the owner of a connection",
        ["src/Quickwater.Net/Epoll/EpollTransport.cs FinishSending"] = "the owner of a connection",
        ["src/Quickwater.Net/Epoll/EpollTransport.cs ReleaseSocket"] = "the owner of a connection",
        ["src/Quickwater.Net/Accept/TcpServer.cs TryStart"] = "it could not listen",
        ["src/Quickwater.Net/Accept/TcpServer.cs StopAccepting"] = "the owner of the listening socket",
        ["src/Quickwater.Net/Accept/TcpServer.cs HandOn"] = "accepted, and never handed on",
        ["src/Quickwater.Net/Accept/AcceptLoop.cs Try"] = "accepted, and a fault came before it was handed on",
        ["src/Quickwater.Net/Accept/TcpServer.cs Refuse"] = "accepted, and never handed on",
        ["src/Quickwater.Net/Udp/UdpOpening.cs TryOpen"] = "it could not be bound",
        ["src/Quickwater.Net/Udp/UdpSocket.cs Close"] = "the owner of a socket for datagrams",
        ["src/Quickwater.Net/Udp/LinuxUdpSocket.cs Release"] = "the owner of a socket for datagrams",
        ["src/Quickwater.Server/Http/WebAcceptor.cs UnbindAsync"] = "the owner of the listening socket",
        ["src/Quickwater.Server/Http/WebAcceptor.cs HandOn"] = "accepted, and never handed on",
        ["src/Quickwater.Server/Http/WebAcceptor.cs Pass"] = "accepted, and no connection came of it",
        ["src/Quickwater.Server/Http/WebAcceptor.cs Refuse"] = "accepted, and never handed on",
        ["src/Quickwater.Net/Tcp/TcpDialer.cs RaceAsync"] = "connected, and not needed",
        ["src/Quickwater.Net/Tcp/TcpDialer.cs ConnectAsync"] = "it could not connect",
    };

    private static readonly HashSet<string> Closing = new(StringComparer.Ordinal) { "Close", "Dispose", "DisposeAsync", "Shutdown", "Disconnect" };

    [Fact]
    public void A_socket_is_closed_by_its_owner_and_nowhere_else() =>
        Tidy.Holds("Whoever does not own a socket leaves it open; hand it on, or add its owner with the reason:",
            from file in Files
            let sockets = NamesOfSockets(file.Root)
            from close in Closings(file.Root, sockets)
            let place = $"{file.Path} {MethodOf(close)}"
            where !Owners.ContainsKey(place)
            select $"{file.At(close)} {MethodOf(close)}: {close}");

    [Fact]
    public void Every_owner_that_is_named_closes_its_socket() =>
        Tidy.Holds("These close no socket any more; take them off the list:",
            Owners.Keys.Except(
                from file in Files
                let sockets = NamesOfSockets(file.Root)
                from close in Closings(file.Root, sockets)
                select $"{file.Path} {MethodOf(close)}"));

    // A second object over the same descriptor would be a second owner. A handle that is lent says so where it is made.
    [Fact]
    public void No_socket_is_owned_twice() =>
        Tidy.Holds("A socket over a handle, or a stream that owns a socket, shares by copy what has one owner:",
            from file in Files
            from made in file.Root.DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
            let type = made.Type.ToString()
            where type == "SafeSocketHandle" || (type == "NetworkStream" && !made.ToString().Contains("ownsSocket: false", StringComparison.Ordinal))
                || (type == "Socket" && made.ArgumentList?.Arguments.Count < 3)
            select $"{file.At(made)} {made}");

    private static IEnumerable<SourceFile> Files => SourceFile.All.Where(static file => file.Path.StartsWith("src/", StringComparison.Ordinal));

    // Fields, parameters, properties and variables of type Socket, and those that a call gives one to.
    private static HashSet<string> NamesOfSockets(SyntaxNode root)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in root.DescendantNodes())
        {
            switch (node)
            {
                case VariableDeclarationSyntax declared when IsSocket(declared.Type):
                    names.UnionWith(declared.Variables.Select(static variable => variable.Identifier.ValueText));
                    break;
                case VariableDeclaratorSyntax { Initializer.Value: var value } made when MakesSocket(value):
                    names.Add(made.Identifier.ValueText);
                    break;
                case ParameterSyntax { Type: { } type } parameter when IsSocket(type):
                    names.Add(parameter.Identifier.ValueText);
                    break;
                case PropertyDeclarationSyntax property when IsSocket(property.Type):
                    names.Add(property.Identifier.ValueText);
                    break;
            }
        }

        return names;
    }

    private static bool IsSocket(TypeSyntax type) => type.ToString().TrimEnd('?') is "Socket" or "TcpClient" or "TcpListener" or "NetworkStream" or "SafeSocketHandle";

    private static bool MakesSocket(SyntaxNode value) =>
        value.DescendantNodesAndSelf().OfType<ObjectCreationExpressionSyntax>().Any(static made => IsSocket(made.Type))
        || value.ToString().Contains("AcceptAsync(", StringComparison.Ordinal);

    // x.Close(), x?.Close(), (await x).Socket?.Dispose(), using var x.
    private static IEnumerable<SyntaxNode> Closings(SyntaxNode root, HashSet<string> sockets)
    {
        foreach (var node in root.DescendantNodes())
        {
            var (on, name) = node switch
            {
                InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } => (access.Expression, access.Name.Identifier.ValueText),
                InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding, Parent: ConditionalAccessExpressionSyntax conditional } => (conditional.Expression, binding.Name.Identifier.ValueText),
                _ => (null, ""),
            };
            var last = on?.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().LastOrDefault()?.Identifier.ValueText ?? "";
            var isUsed = node is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: (int)SyntaxKind.UsingKeyword } local
                && local.Declaration.Variables.Any(variable => sockets.Contains(variable.Identifier.ValueText));
            if (isUsed || (Closing.Contains(name) && (sockets.Contains(last) || last == "Socket")))
            {
                yield return node;
            }
        }
    }

    private static string MethodOf(SyntaxNode node) => node.Ancestors().Select(static ancestor => ancestor switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
        _ => "",
    }).FirstOrDefault(static name => name.Length > 0) ?? "";
}
