using Quickwater.Audio;

namespace Quickwater.Server.Tests;

public sealed class StationListTests
{
    [Fact]
    public void Stations_are_read_from_a_file_as_keys()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write(
            "q.yaml",
            """
            audio:
              stations:
                - name: speech
                  source: talk.wav
                  loop: false
                  fallback: "a;b],c.wav"
                  burst: 2s
                  latency: 50ms
                  lagMax: 1s
                  skipsPerMinuteMax: 0
                  listenersMax: 7
                - name: line
                  source: "-"
                  raw: s16/48000/2
                - music=/srv/music
            """);
        var values = ConfigurationLoader.Load(file, [], [], out var problems, ["extra=x[1]=y.wav"]);
        Assert.Empty(problems);
        StationConfiguration[] expected =
        [
            new("speech", "talk.wav", Loop: false, Fallback: "a;b],c.wav", Burst: TimeSpan.FromSeconds(2), Latency: TimeSpan.FromMilliseconds(50),
                LagMax: TimeSpan.FromSeconds(1), SkipsPerMinuteMax: 0, ListenersMax: 7),
            new("line", "-", Raw: new AudioFormat(AudioEncoding.S16, 2, 48_000)),
            new("music", "/srv/music"),
            new("extra", "x[1]=y.wav"),
        ];
        Assert.Equal(expected, values.Get(AudioSettings.Stations).Items);

        // What is dumped reads back as the same.
        var again = ConfigurationLoader.Load(folder.Write("again.yaml", ConfigurationDump.ToYaml(values)), [], [], out problems);
        Assert.Empty(problems);
        Assert.Equal(expected, again.Get(AudioSettings.Stations).Items);
        Assert.Contains("speech[", ConfigurationDump.ToJson(values), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("speech")]
    [InlineData("=x.wav")]
    [InlineData("a b=x.wav")]
    [InlineData("a=")]
    [InlineData("a[loop=maybe]=x.wav")]
    [InlineData("a[lop=true]=x.wav")]
    [InlineData("a[raw=s17/48000/2]=x.wav")]
    [InlineData("a[loop=true=x.wav")]
    [InlineData("a=x.wav,a=y.wav")]
    public void A_wrong_station_is_named_with_what_is_allowed(string text)
    {
        _ = ConfigurationLoader.Load(null, [], [$"audio.stations={text}"], out var problems);
        Assert.Contains("NAME=SOURCE", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_keys_of_a_station_in_a_file_are_a_problem()
    {
        using var folder = new TemporaryFolder();
        _ = ConfigurationLoader.Load(folder.Write("q.yaml", "audio:\n  stations:\n    - name: a\n      sauce: x.wav\n"), [], [], out var problems);
        Assert.Contains("audio.stations", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }
}
