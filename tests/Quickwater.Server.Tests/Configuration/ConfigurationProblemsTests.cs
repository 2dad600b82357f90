using Quickwater.Testing;

namespace Quickwater.Server.Tests;

[Requirement("RTMP-17.4")]
public sealed class ConfigurationProblemsTests
{
    [Theory]
    [InlineData("rtmp:\n  lisen: 1\n", "q.yaml:2: rtmp.lisen: unknown key; did you mean rtmp.listen?")]
    [InlineData("rtmp:\n  Listen: 127.0.0.1:1\n", "q.yaml:2: rtmp.Listen: unknown key; did you mean rtmp.listen?")]
    [InlineData("rmtp:\n  listen: 1\n", "q.yaml:1: rmtp: unknown key; did you mean rtmp?")]
    [InlineData("qqqqqqqqqq: 1\n", "q.yaml:1: qqqqqqqqqq: unknown key")]
    [InlineData("rtmp:\n  enabled: maybe\n", "q.yaml:2: rtmp.enabled: maybe is not allowed; allowed: true or false")]
    [InlineData("rtmp:\n  publishersMax: 0\n", "q.yaml:2: rtmp.publishersMax: 0 is not allowed; allowed: a whole number from 1 to 100000")]
    [InlineData("rtmp:\n  publishersMax: 1.5\n", "q.yaml:2: rtmp.publishersMax: 1.5 is not allowed; allowed: a whole number from 1 to 100000")]
    [InlineData("rtmp:\n  lagTimeMax: 5\n", "q.yaml:2: rtmp.lagTimeMax: 5 is not allowed; allowed: a duration from 200ms to 5m, such as 250ms or 10s")]
    [InlineData("rtmp:\n  lagBytesMax: 1B\n", "q.yaml:2: rtmp.lagBytesMax: 1B is not allowed; allowed: a size from 256KiB to 4GiB, such as 64KiB or 16MiB")]
    [InlineData("log:\n  level: loud\n", "q.yaml:2: log.level: loud is not allowed; allowed: debug, info, warning, error")]
    [InlineData("log:\n  level: 1\n", "q.yaml:2: log.level: 1 is not allowed; allowed: debug, info, warning, error")]
    [InlineData("rtmp:\n  enabled:\n", "q.yaml:2: rtmp.enabled: has no value; allowed: true or false")]
    [InlineData("rtmp:\n  enabled: [true]\n", "q.yaml:2: rtmp.enabled: is a list, but must be a single value; allowed: true or false")]
    [InlineData("rtmp:\n  enabled: {a: 1}\n", "q.yaml:2: rtmp.enabled: holds keys, but must be a single value; allowed: true or false")]
    [InlineData("rtmp:\n  publishKeys: aaaaaaaa\n", "q.yaml:2: rtmp.publishKeys: must be a list; allowed: keys of 16 to 128 letters, digits, '-', '_' or '.'")]
    [InlineData("rtmp:\n  publishKeys: [short]\n", "q.yaml:2: rtmp.publishKeys: (hidden) is not allowed; allowed: keys of 16 to 128 letters, digits, '-', '_' or '.'")]
    [InlineData("rtmp:\n  publishKeys: [[a]]\n", "q.yaml:2: rtmp.publishKeys: has an item that is not allowed; allowed: keys of 16 to 128 letters, digits, '-', '_' or '.'")]
    [InlineData("rtmp: 5\n", "q.yaml:1: rtmp: is a section: it must hold keys, not a value")]
    [InlineData("rtmp:\n  enabled: true\n  enabled: true\n", "q.yaml:3: rtmp.enabled: is given twice; the first is on line 2")]
    [InlineData("- 1\n", "q.yaml:1: the file must hold keys, such as \"rtmp:\"")]
    [InlineData("admin:\n  listen: 0.0.0.0:8081\n", "q.yaml:2: admin.listen: 0.0.0.0:8081 is reachable from other machines, so admin.allowedHosts must name the hosts it answers for; allowed without: 127.0.0.1 or [::1]")]
    [InlineData("http:\n  listen: 0.0.0.0:1935\n", "q.yaml:2: http.listen: 0.0.0.0:1935 is also rtmp.listen; each system needs an address of its own")]
    [InlineData("rtmp:\n  flushInterval: 300ms\n", "q.yaml:2: rtmp.flushInterval: must not be longer than half of rtmp.lowLatencyMax: it is part of every viewer's lag")]
    [InlineData("rtmp:\n  lowLatencyMax: 1s\n", "q.yaml:2: rtmp.lowLatencyMax: 1s is not allowed; allowed: a duration from 100ms to 500ms, such as 250ms or 10s")]
    [InlineData("rtmp:\n  latency: none\n", "q.yaml:2: rtmp.latency: none is not allowed; allowed: normal, low")]
    [InlineData("rpc:\n  tls:\n    enabled: true\n", "rpc.tls.certificate: is not given, and TLS needs a certificate; allowed: the path of a PEM file, or rpc.tls.selfSigned=true")]
    [InlineData("rpc:\n  tls:\n    enabled: true\n    certificate: /\n", "rpc.tls.key: is not given, and the certificate needs its key; allowed: the path of a PEM file, which may be / itself")]
    [InlineData("rpc:\n  tls:\n    enabled: true\n    selfSigned: true\n    clientCa: /nowhere\n", "q.yaml:5: rpc.tls.clientCa: /nowhere does not exist; allowed: the path of a PEM file")]
    [InlineData("rpc:\n  tls:\n    enabled: true\n    selfSigned: true\n    listen: 127.0.0.1:7001\n", "q.yaml:5: rpc.tls.listen: 127.0.0.1:7001 is also rpc.listen; each system needs an address of its own")]
    [InlineData("rpc:\n  tls:\n    versionMin: ssl3\n", "q.yaml:3: rpc.tls.versionMin: ssl3 is not allowed; allowed: tls12, tls13")]
    [InlineData("rpc:\n  tls:\n    cipherSuites: [RC4]\n", "q.yaml:3: rpc.tls.cipherSuites: RC4 is not allowed; allowed: names such as TLS_AES_128_GCM_SHA256")]
    [InlineData("a: &x 1\nb: *x\n", "q.yaml:2: aliases (*name) are not allowed here")]
    [InlineData("rtmp: {}\n---\nrtmp: {}\n", "q.yaml:2: the file holds a second document; one is allowed")]
    public void Names_key_value_place_and_what_is_allowed(string text, string expected) =>
        Assert.Equal(expected, Assert.Single(Problems("q.yaml", text)));

    [Theory]
    [InlineData("q.json", "{\n  \"rtmp\": {\n    \"enabled\": 7\n  }\n}", "q.json:3: rtmp.enabled: 7 is not allowed; allowed: true or false")]
    [InlineData("q.json", "{\n  \"rtmp\": {\n    \"enabled\": null\n  }\n}", "q.json:3: rtmp.enabled: has no value; allowed: true or false")]
    public void Names_the_line_in_json_too(string name, string text, string expected) =>
        Assert.Equal(expected, Assert.Single(Problems(name, text)));

    [Theory]
    [InlineData("q.json", "{\n\"rtmp\": {\n", "q.json:3: not valid JSON: ")]
    [InlineData("q.json", "{} {}", "q.json:1: not valid JSON: ")]
    [InlineData("q.json", "", "q.json:1: not valid JSON: ")]
    [InlineData("q.yaml", "rtmp: [\n", "q.yaml:2: not valid YAML: ")]
    public void Says_where_a_file_is_broken(string name, string text, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Problems(name, text)), StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("::1:1935")]
    [InlineData(":1935")]
    [InlineData("1935")]
    [InlineData("1:1935")]
    [InlineData("[127.0.0.1]:1935")]
    [InlineData("")]
    public void Refuses_what_is_no_address(string text)
    {
        ConfigurationLoader.Load(null, [], [$"rtmp.listen={text}"], out var problems);

        Assert.StartsWith("--set: rtmp.listen: ", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[::1]:0")]
    [InlineData("[::]:1935")]
    [InlineData("127.0.0.1:0")]
    public void Takes_addresses_of_both_families_and_port_0(string text)
    {
        var loaded = ConfigurationLoader.Load(null, [], [$"rtmp.listen={text}"], out var problems);

        Assert.Empty(problems);
        Assert.Equal(text, loaded.Get(Settings.RtmpListen).ToString());
    }

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("1.5s", 1500)]
    [InlineData("2 s", 2000)]
    [InlineData("1m", 60_000)]
    public void Reads_durations(string text, int milliseconds)
    {
        var loaded = ConfigurationLoader.Load(null, [], [$"rtmp.lagTimeMax={text}"], out var problems);

        Assert.Empty(problems);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), loaded.Get(Settings.RtmpLagTimeMax));
    }

    [Fact]
    public void Finds_every_problem_of_every_source()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("q.yaml", "rtmp:\n  lisen: 1\n  enabled: 2\n");

        ConfigurationLoader.Load(file, [new("QUICKWATER__RTMP__LISEN", "1")], ["rtmp", "rtmp=1", "rtmp.x=1"], out var problems);

        Assert.Equal(
            [
                $"{file}:2: rtmp.lisen: unknown key; did you mean rtmp.listen?",
                $"{file}:3: rtmp.enabled: 2 is not allowed; allowed: true or false",
                "environment: QUICKWATER__RTMP__LISEN: unknown variable; did you mean QUICKWATER__RTMP__LISTEN?",
                "--set: rtmp: must be written key=value, such as rtmp.listen=127.0.0.1:1935",
                "--set: rtmp: is a section: name a key below it",
                "--set: rtmp.x: unknown key",
            ],
            problems.Select(problem => problem.ToString()).ToArray());
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_problem()
    {
        ConfigurationLoader.Load("/nowhere/q.yaml", [], [], out var problems);

        Assert.StartsWith("/nowhere/q.yaml: the file cannot be read: ", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    private static string[] Problems(string name, string text)
    {
        using var folder = new TemporaryFolder();
        ConfigurationLoader.Load(folder.Write(name, text), [], [], out var problems);
        return [.. problems.Select(problem => problem.ToString().Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal))];
    }
}
