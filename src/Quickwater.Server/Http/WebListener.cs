using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Quickwater.Server;

/// <summary>One HTTP listener: a Kestrel of its own with a pipeline of its own, so that what one serves cannot leak to the other.</summary>
internal sealed class WebListener : IAsyncDisposable
{
    // A small response buffer, since what waits in it is lag that the drop policy does not see.
    private const long ResponseBytesMax = 64 * 1024;
    private const long RequestBytesMax = 64 * 1024;
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;

    private WebListener(WebApplication app, IPEndPoint local)
    {
        _app = app;
        Local = local;
    }

    /// <summary>Where it really listens.</summary>
    public IPEndPoint Local { get; }

    /// <summary>Binds and starts to answer.</summary>
    /// <param name="listen">Where.</param>
    /// <param name="places">Who is let in; whoever is not is answered with 503.</param>
    /// <param name="log">Where it logs; stays the caller's.</param>
    /// <param name="map">Adds what it answers.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The address cannot be had.</exception>
    public static async Task<WebListener> StartAsync(
        IPEndPoint listen, WebPlaces places, ILoggerProvider log, Action<WebApplication> map, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "quickwater" });
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new NotOwned(log));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton<IConnectionListenerFactory>(services => new WebAcceptors(
            places, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<IMemoryPoolFactory<byte>>()));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxResponseBufferSize = ResponseBytesMax;
            kestrel.Limits.MaxRequestBodySize = RequestBytesMax;
            kestrel.Limits.MaxRequestBufferSize = RequestBytesMax;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.KeepAliveTimeout = IdleTimeout;
            kestrel.Listen(listen, options => options.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        try
        {
            map(app);
            await app.StartAsync(cancel);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var bound = addresses.Select(address => BindingAddress.Parse(address)).First();
        return new WebListener(app, new IPEndPoint(listen.Address, bound.Port));
    }

    /// <summary>Stops accepting, gives requests until the token is cancelled to finish, then aborts them.</summary>
    public Task StopAsync(CancellationToken hurry) => _app.StopAsync(hurry);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // Signals belong to the command, not to each listener.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    // The application disposes of its providers, but this one is shared.
    private sealed class NotOwned(ILoggerProvider inner) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => inner.CreateLogger(categoryName);

        public void Dispose()
        {
            // Shared: its owner disposes of it.
        }
    }
}
