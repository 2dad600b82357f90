using System.Collections.Concurrent;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>Who shows which certificate, who trusts it, and what becomes of it while the server runs.</summary>
[Requirement("RPC-14")]
public sealed class TlsCertificateTests
{
    [Fact]
    public async Task A_certificate_of_a_trusted_authority_for_the_name_that_was_dialled_is_accepted()
    {
        using var papers = new Papers();
        papers.Issue("localhost");
        await using var server = new Dialled(TlsSides.Server(_ => Files(papers)));
        Assert.Equal(Reason.None, await server.DialAsync(new TlsClientOptions { Ca = papers.Ca }));
        Assert.Equal(Reason.None, await server.DialAsync(new TlsClientOptions { Ca = papers.Ca }, "127.0.0.1"));
    }

    [Fact]
    public async Task What_is_wrong_with_a_servers_certificate_is_told_by_name()
    {
        using var papers = new Papers();
        using var others = new Papers();
        var pin = papers.Issue("localhost");
        await using var server = new Dialled(TlsSides.Server(_ => Files(papers)));
        var wrong = new string('0', 64);

        Assert.Equal(Reason.CertificateUntrusted, await server.DialAsync(new TlsClientOptions()));
        Assert.Equal(Reason.CertificateUntrusted, await server.DialAsync(new TlsClientOptions { Ca = others.Ca }));
        Assert.Equal(Reason.CertificateNameMismatch, await server.DialAsync(new TlsClientOptions { Ca = papers.Ca, Name = "example.com" }));
        Assert.Equal(Reason.CertificatePinMismatch, await server.DialAsync(new TlsClientOptions { Pin = wrong }));
        Assert.Equal(Reason.CertificatePinMismatch, await server.DialAsync(new TlsClientOptions { Ca = papers.Ca, Pin = wrong }));
        Assert.Equal(Reason.CertificateUntrusted, await server.DialAsync(new TlsClientOptions { Ca = others.Ca, Pin = pin }));
        Assert.Equal(Reason.None, await server.DialAsync(new TlsClientOptions { Pin = pin, Name = "example.com" }));
        Assert.Equal(Reason.None, await server.DialAsync(new TlsClientOptions { Ca = papers.Ca, Pin = pin.ToLowerInvariant() }));

        await server.DialAsync(new TlsClientOptions { Pin = wrong });
        // Its alert and the reset of its close race each other.
        Assert.Contains(await server.RefusedAsync(), (IEnumerable<Reason>)[Reason.TlsHandshakeFailed, Reason.TlsBroken, Reason.TlsTruncated, Reason.ConnectionReset]);
    }

    [Fact]
    public async Task A_certificate_that_is_out_of_date_is_not_trusted_and_its_server_said_so()
    {
        using var papers = new Papers();
        papers.Issue("localhost", TimeSpan.FromMinutes(-1));
        var log = new TlsLog();
        await using var server = new Dialled(TlsSides.Server(_ => Files(papers), log));
        Assert.Equal(Reason.CertificateUntrusted, await server.DialAsync(new TlsClientOptions { Ca = papers.Ca }));
        Assert.Single(log.Expiring);
    }

    [Fact]
    public void An_end_that_is_near_is_told_once_a_day_and_anew_for_a_new_certificate()
    {
        using var papers = new Papers();
        papers.Issue("localhost", TimeSpan.FromDays(13));
        var (log, time) = (new TlsLog(), new HandTime());
        var identities = new TlsIdentities(Files(papers), log, time);
        Assert.Single(log.Expiring);
        time.Pass(TimeSpan.FromHours(23));
        _ = identities.Current;
        Assert.Single(log.Expiring);
        time.Pass(TimeSpan.FromHours(2));
        _ = identities.Current;
        Assert.Equal(2, log.Expiring.Count);
        papers.Issue("localhost", TimeSpan.FromDays(365));
        time.Pass(TimeSpan.FromDays(2));
        _ = identities.Current;
        Assert.Equal(2, log.Expiring.Count);
    }

    [Fact]
    public async Task A_new_certificate_is_shown_while_the_server_runs_and_a_broken_one_never()
    {
        using var papers = new Papers();
        var first = papers.Issue("localhost");
        var (log, time) = (new TlsLog(), new HandTime());
        await using var server = new Dialled(TlsSides.Server(_ => Files(papers), log, time));
        Assert.Equal(Reason.None, await server.DialAsync(new TlsClientOptions { Pin = first }));

        var good = await File.ReadAllTextAsync(papers.Certificate);
        await File.WriteAllTextAsync(papers.Certificate, "half a certific");
        time.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(Reason.None, await server.DialAsync(new TlsClientOptions { Pin = first }));
        time.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(Reason.None, await server.DialAsync(new TlsClientOptions { Pin = first }));
        Assert.Contains(papers.Certificate, Assert.Single(log.Unusable), StringComparison.Ordinal); // told once

        await File.WriteAllTextAsync(papers.Certificate, good);
        File.Delete(papers.Key); // as between two steps of a renewal
        time.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(Reason.None, await server.DialAsync(new TlsClientOptions { Pin = first }));

        var second = papers.Issue("localhost");
        time.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(Reason.None, await server.DialAsync(new TlsClientOptions { Pin = second }));
        Assert.Equal([first, second], log.InUse);
        Assert.Equal(second, server.Fingerprint);
    }

    [Fact]
    public async Task A_renewal_behind_links_is_seen()
    {
        using var papers = new Papers();
        var live = Path.Combine(papers.Folder, "live");
        string Version(string name) => Directory.CreateDirectory(Path.Combine(papers.Folder, name)).FullName;
        string first = Version("1"), second = Version("2");
        papers.Issue("localhost", null, Path.Combine(first, "c.pem"), Path.Combine(first, "k.pem"));
        var renewed = papers.Issue("localhost", TimeSpan.FromDays(100), Path.Combine(second, "c.pem"), Path.Combine(second, "k.pem"));
        foreach (var name in new[] { "c.pem", "k.pem" }) // as a renewal within the same tick of the file system's clock
        {
            File.SetLastWriteTimeUtc(Path.Combine(second, name), File.GetLastWriteTimeUtc(Path.Combine(first, name)));
        }

        Directory.CreateSymbolicLink(live, first);
        var time = new HandTime();
        await using var server = new Dialled(TlsSides.Server(
            _ => new TlsServerOptions { Certificate = Path.Combine(live, "c.pem"), Key = Path.Combine(live, "k.pem") }, time: time));

        Directory.Delete(live);
        Directory.CreateSymbolicLink(live, second);
        time.Pass(TimeSpan.FromSeconds(3));

        Assert.Equal(Reason.None, await server.DialAsync(new TlsClientOptions { Pin = renewed }));
    }

    [Fact]
    public async Task Where_clients_need_a_certificate_who_has_none_or_a_strange_one_is_refused_by_name()
    {
        using var papers = new Papers();
        using var others = new Papers();
        var pin = papers.Issue("localhost");
        string Own(Papers of, string file) => Path.Combine(of.Folder, file);
        var fingerprint = papers.Issue("worker-7", null, Own(papers, "worker.pem"), Own(papers, "worker.key"));
        others.Issue("worker-7", null, Own(others, "worker.pem"), Own(others, "worker.key"));
        await using var server = new Dialled(TlsSides.Server(_ => Files(papers) with { ClientCa = papers.Ca }));

        await server.DialAsync(new TlsClientOptions { Pin = pin });
        Assert.Equal(Reason.CertificateMissing, await server.RefusedAsync());
        await server.DialAsync(new TlsClientOptions { Pin = pin, Certificate = Own(others, "worker.pem"), Key = Own(others, "worker.key") });
        Assert.Equal(Reason.CertificateUntrusted, await server.RefusedAsync());
        Assert.Equal(Reason.None, await server.DialAsync(new TlsClientOptions { Pin = pin, Certificate = Own(papers, "worker.pem"), Key = Own(papers, "worker.key") }));
        Assert.Equal(new PeerCertificate("CN=worker-7", fingerprint), await server.AcceptedAsync());
    }

    [Fact]
    public async Task A_server_that_does_not_speak_TLS_is_told_by_name()
    {
        var leaks = new LeakCounters();
        var log = new ServerLog();
        await using (var plain = Serving.Start(log, leaks))
        {
            var dialling = new TcpDialer(leaks, TimeProvider.System).DialAsync("127.0.0.1", plain.Local.Port, Completions.Patience);
            var accepted = await log.AcceptedAsync();
            accepted.Bind(new Completions());
            var batch = TcpPair.Pieces("banner"u8.ToArray());
            accepted.Send(batch);
            var dialled = (await dialling).Transport ?? throw new InvalidOperationException();
            Assert.Equal(Reason.WrongProtocol, (await TlsSides.Client(new TlsClientOptions()).SecureAsync(dialled, "localhost")).Reason);
            accepted.Close();
        }

        await leaks.NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("certificate and key must both be given, or else selfSigned", "", "", false)]
    [InlineData("selfSigned cannot be used with certificate and key", "c", "k", true)]
    [InlineData("certificate /nowhere/c.pem with key /nowhere/k.pem: ", "/nowhere/c.pem", "/nowhere/k.pem", false)]
    public void Options_and_files_that_cannot_be_used_are_told(string expected, string certificate, string key, bool selfSigned)
    {
        var options = new TlsServerOptions { Certificate = certificate, Key = key, SelfSigned = selfSigned };
        Assert.False(TlsServer.TryCreate(options, new TlsLog(), TimeProvider.System, out _, out var why));
        Assert.StartsWith(expected, why, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_told_in_one_line_each()
    {
        var server = new TlsServerOptions { SelfSigned = true, CipherSuites = ["TLS_NONE"], HandshakeTimeout = TimeSpan.Zero, HandshakesMax = 0 };
        Assert.Equal(3, server.Validate().Count());
        var client = new TlsClientOptions { Pin = "abc", Certificate = "c", HandshakeTimeout = TimeSpan.Zero };
        Assert.Equal(3, client.Validate().Count());
        Assert.False(TlsClient.TryCreate(new TlsClientOptions { Ca = "/nowhere/ca.pem" }, TimeProvider.System, out _, out var why));
        Assert.StartsWith("authorities /nowhere/ca.pem: ", why, StringComparison.Ordinal);
    }

    private static TlsServerOptions Files(Papers papers) => new() { Certificate = papers.Certificate, Key = papers.Key };

    /// <summary>A server of TLS that is dialled, and notes how each of its handshakes ended.</summary>
    private sealed class Dialled : IAsyncDisposable
    {
        private readonly ServerLog _log = new();
        private readonly LeakCounters _leaks = new();
        private readonly ConcurrentQueue<Exception> _faults = [];
        private readonly TlsServer _tls;
        private readonly TcpServer _server;

        public Dialled(TlsServer tls)
        {
            _tls = tls;
            _server = Serving.Start(_log, _leaks, TestLoops.Shared);
        }

        public string Fingerprint => _tls.Fingerprint;

        private (ITransport Transport, Completions Events) Last { get; set; }

        /// <summary>How the client saw its handshake end.</summary>
        public async Task<Reason> DialAsync(TlsClientOptions options, string host = "localhost")
        {
            Last.Transport?.Close();
            var dialled = await new TcpDialer(_leaks, TimeProvider.System).DialAsync("127.0.0.1", _server.Local.Port, Completions.Patience);
            Last = (_tls.Wrap(await _log.AcceptedAsync()), new Completions { Faults = _faults });
            Last.Transport.Bind(Last.Events);
            var secured = await TlsSides.Client(options).SecureAsync(dialled.Transport ?? throw new InvalidOperationException(), host);
            Client = secured.Transport;
            return secured.Reason;
        }

        /// <summary>How the server saw the last handshake end, that it or the client refused.</summary>
        public async Task<Reason> RefusedAsync()
        {
            var waited = Last.Transport.Receive(Memory<byte>.Empty);
            Client?.Close();
            waited = waited.Status == IoStatus.Pending ? await Last.Events.ReceivedAsync() : waited;
            if (waited.Status != IoStatus.Completed)
            {
                return waited.Reason;
            }

            // A server of TLS 1.3 may be through before its client refuses: then there is an alert to read.
            var result = Last.Transport.Receive(new byte[1]);
            return (result.Status == IoStatus.Pending ? await Last.Events.ReceivedAsync() : result).Reason;
        }

        /// <summary>Whose certificate the server saw, when it let the client in.</summary>
        public async Task<PeerCertificate?> AcceptedAsync()
        {
            using var batch = new Batch();
            var result = Last.Transport.Send(batch.Bytes);
            Assert.Equal(IoResult.Completed(1), result.Status == IoStatus.Pending ? await Last.Events.SentAsync() : result);
            return Last.Transport.Tls?.Certificate;
        }

        public async ValueTask DisposeAsync()
        {
            Client?.Close();
            Last.Transport?.Close();
            await _server.DisposeAsync();
            await _leaks.NothingIsLeftAsync();
            Assert.Empty(_faults);
        }

        private ITransport? Client
        {
            get;
            set
            {
                field?.Close();
                field = value;
            }
        }

        private sealed class Batch : IDisposable
        {
            public SendBatch Bytes { get; } = TcpPair.Pieces([1]);

            public void Dispose() => Bytes.Release();
        }
    }

    private sealed class HandTime : TimeProvider
    {
        private TimeSpan _passed;

        public void Pass(TimeSpan time) => _passed += time;

        public override long GetTimestamp() => System.GetTimestamp() + (long)(_passed.TotalSeconds * TimestampFrequency);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _passed;
    }
}
