using Quickwater.Testing;

namespace Quickwater.Server.Tests;

public sealed class ConfigurationSourcesTests
{
    private const string Secret = "a-secret-of-enough-length";
    private const string TooShort = "short-secret";

    [Fact]
    [Requirement("RTMP-17.5/defaults")]
    public void Without_sources_every_value_is_its_default()
    {
        var configuration = ServerConfiguration.From(Load());

        Assert.Equal("0.0.0.0:1935", configuration.Rtmp.Listen.ToString());
        Assert.Equal("0.0.0.0:8080", configuration.Http.Listen.ToString());
        Assert.Equal("127.0.0.1:8081", configuration.Admin.Listen.ToString());
        Assert.Equal(TimeSpan.FromSeconds(30), configuration.ShutdownGrace);
        Assert.False(configuration.Rtmp.AnonymousPublishFromLoopback);
    }

    [Theory]
    [Requirement("RTMP-17.1")]
    [InlineData("a.yaml", "rtmp:\n  listen: 127.0.0.1:1\n  gop:\n    timeMin: 4s # comment\n  publishKeys: [aaaaaaaaaaaaaaaa, 'bbbbbbbbbbbbbbbb']\nhttp: {enabled: false}\n")]
    [InlineData("a.json", "{\n// comment\n\"rtmp\": {\"listen\": \"127.0.0.1:1\", \"gop\": {\"timeMin\": \"4s\"}, \"publishKeys\": [\"aaaaaaaaaaaaaaaa\", \"bbbbbbbbbbbbbbbb\"],},\n/* and */ \"http\": {\"enabled\": false}}")]
    [InlineData("noextension", "  {\"rtmp\": {\"listen\": \"127.0.0.1:1\", \"gop\": {\"timeMin\": \"4s\"}, \"publishKeys\": [\"aaaaaaaaaaaaaaaa\", \"bbbbbbbbbbbbbbbb\"]}, \"http\": {\"enabled\": false}}")]
    [InlineData("noextension", "rtmp: {listen: '127.0.0.1:1', gop: {timeMin: 4s}, publishKeys: [aaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbb]}\nhttp:\n  enabled: false")]
    public void Yaml_and_json_say_the_same(string name, string text)
    {
        using var folder = new TemporaryFolder();

        var configuration = ServerConfiguration.From(Load(folder.Write(name, text)));

        Assert.Equal("127.0.0.1:1", configuration.Rtmp.Listen.ToString());
        Assert.Equal(TimeSpan.FromSeconds(4), configuration.Rtmp.GopTimeMin);
        Assert.Equal(["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"], configuration.Rtmp.PublishKeys.Items);
        Assert.False(configuration.Http.Enabled);
    }

    [Fact]
    [Requirement("RTMP-17.2")]
    public void Environment_overrides_the_file_and_set_overrides_both()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("q.yaml", "rtmp:\n  listen: 127.0.0.1:1\n  chunkSize: 1KiB\n  idleTimeout: 5s\n");

        var loaded = Load(
            file,
            [new("QUICKWATER__RTMP__LISTEN", "127.0.0.1:2"), new("QUICKWATER__RTMP__CHUNKSIZE", "2KiB"), new("PATH", "/bin")],
            ["rtmp.listen=127.0.0.1:3", "rtmp.publishKeys=aaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbb"]);

        Assert.Equal("127.0.0.1:3", loaded.Get(Settings.RtmpListen).ToString());
        Assert.Equal("--set", loaded.Origin(Settings.RtmpListen).ToString());
        Assert.Equal(2048, loaded.Get(Settings.RtmpChunkSize));
        Assert.Equal("environment QUICKWATER__RTMP__CHUNKSIZE", loaded.Origin(Settings.RtmpChunkSize).ToString());
        Assert.Equal(TimeSpan.FromSeconds(5), loaded.Get(Settings.RtmpIdleTimeout));
        Assert.Equal($"file {file}:4", loaded.Origin(Settings.RtmpIdleTimeout).ToString());
        Assert.Equal("default", loaded.Origin(Settings.HttpListen).ToString());
        Assert.Equal(["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"], loaded.Get(Settings.RtmpPublishKeys).Items);
    }

    [Fact]
    [Requirement("RTMP-14.2", "RTMP-14.3", "RTMP-14.4")]
    public void A_profile_changes_defaults_and_what_is_set_itself_wins()
    {
        var server = Load(sets: ["limits.profile=server"]);
        var desktop = Load(sets: ["limits.profile=desktop"]);
        var mobile = Load(sets: ["limits.profile=mobile", "rtmp.publishersMax=5"]);

        Assert.Equal(ServerConfiguration.From(Load()), ServerConfiguration.From(server));
        Assert.Equal((1000, 10), (desktop.Get(Settings.RtmpConnectionsMax), desktop.Get(Settings.RtmpPublishersMax)));
        Assert.Equal((100, 5), (mobile.Get(Settings.RtmpConnectionsMax), mobile.Get(Settings.RtmpPublishersMax)));
        Assert.Equal(("profile mobile", "--set"), ($"{mobile.Origin(Settings.RtmpConnectionsMax)}", $"{mobile.Origin(Settings.RtmpPublishersMax)}"));
        Assert.Equal(Settings.RtmpGopBytesMax.DefaultValue, desktop.Value(Settings.RtmpGopBytesMax));
    }

    [Fact]
    public void An_empty_file_and_empty_sections_change_nothing()
    {
        using var folder = new TemporaryFolder();

        Assert.Equal(ServerConfiguration.From(Load()), ServerConfiguration.From(Load(folder.Write("a.yaml", ""))));
        Assert.Equal(ServerConfiguration.From(Load()), ServerConfiguration.From(Load(folder.Write("b.yaml", "rtmp:\nhttp: {}\n"))));
    }

    [Fact]
    [Requirement("RTMP-17.6")]
    public void A_dump_in_yaml_reads_back_as_the_same_configuration()
    {
        using var folder = new TemporaryFolder();
        var original = Load(sets: ["rtmp.listen=[::1]:0", "rtmp.gop.timeMin=2500ms", "http.enabled=false", "log.file=a \"b\" #c\\d"]);

        var again = Load(folder.Write("dump.yaml", ConfigurationDump.ToYaml(original)));

        Assert.Equal(ServerConfiguration.From(original), ServerConfiguration.From(again));
    }

    [Fact]
    [Requirement("RTMP-17.6")]
    public void A_dump_hides_secrets_in_both_forms()
    {
        var loaded = Load(sets: [$"rtmp.publishKeys={Secret}"]);

        Assert.DoesNotContain(Secret, ConfigurationDump.ToYaml(loaded), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, ConfigurationDump.ToJson(loaded), StringComparison.Ordinal);
        Assert.Contains("(hidden)", ConfigurationDump.ToJson(loaded), StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("RTMP-17.6")]
    public void A_dump_with_secrets_reads_back_as_the_rest()
    {
        using var folder = new TemporaryFolder();
        var loaded = Load(sets: [$"rpc.tokens=name={Secret}", $"rtmp.publishKeys={Secret}", "rtmp.chunkSize=1KiB"]);

        var again = Load(folder.Write("dump.yaml", ConfigurationDump.ToYaml(loaded)));

        Assert.Equal(ServerConfiguration.From(Load(sets: ["rtmp.chunkSize=1KiB"])), ServerConfiguration.From(again));
        Assert.Equal(["rpc.tokens", "rtmp.publishKeys"], Settings.All.Where(static setting => setting.Secret).Select(static setting => setting.Key).Order());
        Assert.Contains("# publishKeys: [\"(hidden)\"]", ConfigurationDump.ToYaml(loaded), StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_are_hidden_in_dumps_and_in_what_is_said_of_wrong_ones()
    {
        var loaded = Load(sets: [$"rpc.tokens=alice={Secret},bob=sha256:c4bbcb1fbec99d65bf59d85c8cb62ee2db963f0fe106f483d9afa73bd4e39a8a"]);

        Assert.Equal(2, ServerConfiguration.From(loaded).Rpc.Tokens.Items.Count);
        Assert.DoesNotContain(Secret, ConfigurationDump.ToYaml(loaded) + ConfigurationDump.ToJson(loaded), StringComparison.Ordinal);
        ConfigurationLoader.Load(null, [], [$"rpc.tokens=alice={TooShort}"], out var problems);
        var problem = Assert.Single(problems).ToString();
        Assert.Contains("NAME=sha256:HEX", problem, StringComparison.Ordinal);
        Assert.DoesNotContain(TooShort, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_default_is_allowed_and_reads_back_as_itself()
    {
        Assert.All(Settings.All, setting => Assert.Equal(setting.DefaultValue, setting.Read(setting.Write(setting.DefaultValue))));
    }

    private static EffectiveConfiguration Load(
        string? file = null,
        IEnumerable<KeyValuePair<string, string>>? environment = null,
        IEnumerable<string>? sets = null)
    {
        var loaded = ConfigurationLoader.Load(file, environment ?? [], sets ?? [], out var problems);
        Assert.Empty(problems);
        return loaded;
    }
}
