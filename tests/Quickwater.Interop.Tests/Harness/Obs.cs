namespace Quickwater.Interop.Tests;

/// <summary>OBS Studio on a virtual display, with a configuration of its own: it streams the demo clip from its start to its end.</summary>
internal sealed class Obs : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder _home = new();
    private readonly Child _display;
    private Child? _obs;

    private Obs(Child display) => _display = display;

    /// <summary>What it logged.</summary>
    public Lines Log => (_obs ?? throw new InvalidOperationException("OBS has not started.")).Output;

    /// <summary>Starts it, and it starts to stream.</summary>
    /// <param name="server">What a user writes under "Server", as <c>rtmp://host/live</c>.</param>
    /// <param name="key">What a user writes under "Stream key".</param>
    public static async Task<Obs> StartAsync(string server, string key)
    {
        var obs = new Obs(Child.Start(
            "Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp", "-ac", "+extension", "GLX"));
        try
        {
            obs.Configure(server, key);
            var display = await obs._display.Output.FirstAsync(line => line.Length > 0, Patience);
            obs._obs = Child.Start(
                "env", $"DISPLAY=:{display}", $"HOME={obs._home["home"]}", $"XDG_CONFIG_HOME={obs._home["config"]}",
                $"XDG_RUNTIME_DIR={obs._home["run"]}", "LIBGL_ALWAYS_SOFTWARE=1", "GALLIUM_DRIVER=llvmpipe", "LP_NUM_THREADS=1",
                "QT_QPA_PLATFORM=xcb", "dbus-run-session", "--", "obs", "--multi", "--profile", "test", "--collection", "test", "--scene", "Scene",
                "--startstreaming", "--minimize-to-tray=0", "--disable-updater");
            return obs;
        }
        catch
        {
            await obs.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_obs is not null)
        {
            await _obs.DisposeAsync();
        }

        await _display.DisposeAsync();
        _home.Dispose();
    }

    private void Configure(string server, string key)
    {
        Directory.CreateDirectory(_home["home"]);
        Directory.CreateDirectory(_home["run"]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_home["run"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Write(
            "global.ini",
            """
            [General]
            FirstRun=true
            LastVersion=486539266
            EnableAutoUpdates=false
            Pre19Defaults=false
            Pre21Defaults=false
            Pre23Defaults=false
            Pre24.1Defaults=false
            [Basic]
            Profile=test
            ProfileDir=test
            SceneCollection=test
            SceneCollectionFile=test
            [Video]
            Renderer=OpenGL
            """);
        Write(
            "basic/profiles/test/basic.ini",
            """
            [General]
            Name=test
            [Output]
            Mode=Simple
            Reconnect=true
            RetryDelay=1
            MaxRetries=100
            [Video]
            BaseCX=640
            BaseCY=360
            OutputCX=640
            OutputCY=360
            FPSType=0
            FPSCommon=30
            [Audio]
            SampleRate=48000
            ChannelSetup=Stereo
            [SimpleOutput]
            StreamEncoder=x264
            VBitrate=800
            ABitrate=128
            UseAdvanced=true
            Preset=ultrafast
            x264Settings=keyint=60 threads=1
            """);
        Write(
            "basic/profiles/test/service.json",
            $$$$"""{"type":"rtmp_custom","settings":{"server":"{{{{server}}}}","key":"{{{{key}}}}","use_auth":false}}""");
        Write(
            "basic/scenes/test.json",
            $$$$"""
            {"name":"test","current_scene":"Scene","current_program_scene":"Scene","scene_order":[{"name":"Scene"}],"sources":[
              {"id":"ffmpeg_source","name":"Clip","enabled":true,"volume":1.0,"mixers":255,
                "settings":{"local_file":"{{{{Executable.DemoClip}}}}","is_local_file":true,"looping":true,"hw_decode":false}},
              {"id":"scene","name":"Scene","enabled":true,
                "settings":{"id_counter":1,"items":[{"name":"Clip","id":1,"visible":true}]}}]}
            """);
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_home["config"], "obs-studio", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? path);
        File.WriteAllText(path, text);
    }
}
