using Microsoft.CodeAnalysis.CSharp;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Tidy.Tests;

/// <summary>One type owns a socket from the call that makes it to the one that closes it; whoever else has it looks at it only.</summary>
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
        ["src/Quickwater.Server/Http/WebAcceptors.cs BindAsync"] = "it could not listen",
        ["src/Quickwater.Net/Epoll/EpollLoop.cs Dispose"] = "the owner of its two descriptors, which are no sockets",
        ["src/Quickwater.Net/Udp/UdpLoop.cs Dispose"] = "the owner of the descriptor that wakes it, which is no socket",
        ["src/Quickwater.Net/Scheduling/LinuxTimer.cs Run"] = "the owner of the timer's descriptor, which only its thread reads",
        ["src/Quickwater.Net/Tcp/TcpDialer.cs RaceAsync"] = "connected, and not needed",
        ["src/Quickwater.Net/Tcp/TcpDialer.cs ConnectAsync"] = "it could not connect",
    };

    [Fact]
    [Requirement("AUD-1.1/no-raw-close")]
    public void A_socket_is_closed_by_its_owner_and_nowhere_else() =>
        Tidy.Holds("Whoever does not own a socket leaves it open; hand it on, or add its owner with the reason:",
            from file in Files
            from close in new Sockets(file.Root).Closings
            where !Owners.ContainsKey($"{file.Path} {Sockets.MethodOf(close)}")
            select $"{file.At(close)} {Sockets.MethodOf(close)}: {close}");

    [Fact]
    [Requirement("AUD-1.1/no-raw-close")]
    public void Every_owner_that_is_named_closes_its_socket() =>
        Tidy.Holds("These close no socket any more; take them off the list:",
            Owners.Keys.Except(
                from file in Files
                from close in new Sockets(file.Root).Closings
                select $"{file.Path} {Sockets.MethodOf(close)}"));

    [Fact]
    [Requirement("AUD-1.1/no-raw-close")]
    public void No_socket_is_owned_twice() =>
        Tidy.Holds("A socket over a handle, or a stream that owns a socket, shares by copy what has one owner:",
            from file in Files
            from made in new Sockets(file.Root).OwnedTwice
            select $"{file.At(made)} {made}");

    [Theory]
    [InlineData("void M(Socket s) { s.Close(); }")]
    [InlineData("void M(System.Net.Sockets.Socket? s) { s?.Dispose(); }")]
    [InlineData("void M() { using var s = new Socket(a, b, c); }")]
    [InlineData("void M(Socket s) { using (s) { } }")]
    [InlineData("void M() { using (var s = new Socket(a, b, c)) { } }")]
    [InlineData("void M() { using Socket s = new(a, b, c); }")]
    [InlineData("Socket _s = new(a, b, c); void M() { _s.Dispose(); }")]
    [InlineData("void M() { var s = SocketTransportOptions.CreateDefaultBoundListenSocket(at); s.Dispose(); }")]
    [InlineData("async Task M() { var s = await listener.AcceptAsync(); s.Dispose(); }")]
    [InlineData("void M(List<Socket> all) { foreach (var s in all) { s.Dispose(); } }")]
    [InlineData("void M() { foreach (Socket s in Everybody()) { s.Close(); } }")]
    [InlineData("async Task M(Task<Socket> task) { (await task).Close(); }")]
    [InlineData("void M(Queue<Socket> all) { if (all.TryDequeue(out var s)) { s.Close(); } }")]
    [InlineData("bool Try(out Socket? s); void M() { if (Try(out var x)) { x.Dispose(); } }")]
    [InlineData("void M() { if (Try(out Socket x)) { x.Dispose(); } }")]
    [InlineData("void M(object o) { if (o is Socket s) { s.Dispose(); } }")]
    [InlineData("Socket? _s; void M() { if (_s is { } s) { s.Dispose(); } }")]
    [InlineData("Socket? _s; void M() { var s = _s; s?.Shutdown(how); }")]
    [InlineData("void M(object o) { switch (o) { case Socket s: s.Close(); break; } }")]
    [InlineData("void M(object o) { ((Socket)o).Close(); }")]
    [InlineData("void M(object o) { (o as Socket)?.Close(); }")]
    [InlineData("void M(Socket s) { s.SafeHandle.Dispose(); }")]
    [InlineData("Socket Open() => x; void M() { Open().Dispose(); }")]
    [InlineData("void M() { _ = EpollCalls.Close(_fd); }")]
    public void A_socket_that_is_closed_is_found(string members) =>
        Assert.Equal("M", Sockets.MethodOf(Assert.Single(Parse(members).Closings)));

    [Theory]
    [InlineData("void M(Stream s) { s.Close(); }")]
    [InlineData("void M(Socket s, Stream t) { t.Dispose(); s.Listen(1); }")]
    [InlineData("void M(List<Loop> all) { foreach (var loop in all) { loop.Dispose(); } }")]
    [InlineData("void M(Socket s) { using (gate) { s.Send(bytes); } }")]
    [InlineData("void M() { _ = EpollCalls.Write(_fd); }")]
    public void What_closes_no_socket_is_let_be(string members) => Assert.Empty(Parse(members).Closings);

    [Theory]
    [InlineData("void M() { var h = new SafeSocketHandle(fd, true); }")]
    [InlineData("void M() { SafeSocketHandle h = new(fd, true); }")]
    [InlineData("SafeSocketHandle M() => new(fd, true);")]
    [InlineData("SafeSocketHandle M() { return new(fd, true); }")]
    [InlineData("void M(SafeSocketHandle h) { Socket s = new(h); }")]
    [InlineData("Socket _s; void M(SafeSocketHandle h) { _s = new(h); }")]
    [InlineData("void M(Socket s) { NetworkStream stream = new(s, true); }")]
    [InlineData("void M(Socket s) { var stream = new NetworkStream(s); }")]
    public void A_second_owner_is_found(string members) => Assert.Single(Parse(members).OwnedTwice);

    [Theory]
    [InlineData("void M(Socket s) { NetworkStream stream = new(s, ownsSocket: false); }")]
    [InlineData("Socket _s = new(a, b, c);")]
    public void What_owns_no_socket_twice_is_let_be(string members) => Assert.Empty(Parse(members).OwnedTwice);

    private static IEnumerable<SourceFile> Files => SourceFile.All.Where(static file => file.Path.StartsWith("src/", StringComparison.Ordinal));

    private static Sockets Parse(string members) => new(CSharpSyntaxTree.ParseText($"class C {{ {members} }}").GetRoot());
}
