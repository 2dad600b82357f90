using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Quickwater.Client;
using Quickwater.Hosting;
using Quickwater.Rpc;

namespace Quickwater.Generators.Tests;

/// <summary>What is made from <see cref="ILibrary"/> in this project, over real sockets.</summary>
public sealed class GeneratedServiceTests : IAsyncLifetime
{
    private readonly Library _library = new();
    private RpcHost? _host;
    private RpcClient? _client;

    private RpcClient Client => _client ?? throw new InvalidOperationException("not started");

    private LibraryClient Typed => new(Client);

    public Task InitializeAsync()
    {
        var methods = new RpcMethods().MapLibrary(_library);
        Assert.True(RpcHost.TryStart(methods, new RpcHostOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, out _host, out var why), why.ToString());
        _client = new RpcClient("127.0.0.1", _host.Local.Port);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        await (_host?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    [Requirement("RPC-14/typed")]
    public async Task A_generated_client_calls_a_generated_stub_in_every_shape()
    {
        Assert.Equal(new Book("Emma", 1815), await Typed.AddAsync("Emma", 1815));
        Assert.Equal(new Book("Ulysses", 2000), await Typed.AddAsync("Ulysses"));
        Assert.Equal(new Book("Emma", 1815), (await Typed.FindAsync("Emma", default)).Value);
        Assert.Equal(["Emma", "Ulysses"], await Typed.TitlesAsync());
        Assert.Null(await Typed.LongestAsync(null));
        Assert.Equal("Emma", await Typed.LongestAsync(4));
        await Typed.ClearAsync();
        Assert.Empty(await Typed.TitlesAsync());
    }

    [Fact]
    public async Task Errors_are_values_where_the_interface_has_them_and_thrown_elsewhere()
    {
        Assert.Equal(new RpcError((RpcErrorCode)404, "No such book."), (await Typed.FindAsync("none", default)).Error);
        var thrown = await Assert.ThrowsAsync<RpcException>(() => Typed.AddAsync("", 1));
        Assert.Equal(RpcErrorCode.InternalError, thrown.Error.Code);
        Assert.Equal(RpcErrorCode.MalformedAnswer, (await Assert.ThrowsAsync<RpcException>(() => Typed.BrokenAsync())).Error.Code);
    }

    [Fact]
    public async Task A_generated_stream_gives_its_items_and_stops_when_its_reader_does()
    {
        var items = new List<int>();
        await foreach (var item in Typed.Pages(10))
        {
            items.Add(item);
        }

        Assert.Equal(Enumerable.Range(0, 10), items);
        await foreach (var item in Typed.Pages(int.MaxValue))
        {
            if (item > 5)
            {
                break;
            }
        }

        await _library.StreamsStopped.Task;
    }

    [Fact]
    public async Task An_item_may_be_null_where_the_interface_says_so_and_nowhere_else()
    {
        var items = new List<string?>();
        await foreach (var item in Typed.Shelves())
        {
            items.Add(item);
        }

        Assert.Equal(["first", null, "third"], items);
        var thrown = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var item in Typed.BrokenItems())
            {
                Assert.Fail($"it gave {item}");
            }
        });
        Assert.Equal(RpcErrorCode.MalformedAnswer, thrown.Error.Code);
    }

    [Fact]
    public async Task Disposing_a_client_disposes_nothing_of_the_servers()
    {
        await using (ILibrary library = Typed)
        {
            await library.AddAsync("Emma");
        }

        Assert.False(_library.IsDisposed);
        Assert.Equal(["Emma"], await Typed.TitlesAsync());
        Assert.Equal(RpcErrorCode.MethodNotFound, (await Client.CallAsync("library.dispose", "null"u8.ToArray(), RpcEncoding.Json)).Error?.Code);
    }

    [Fact]
    public async Task Cancellation_reaches_the_implementation()
    {
        using var cancel = new CancellationTokenSource();
        var call = Typed.WaitAsync(cancel.Token);
        await _library.Waiting.Task;
        await cancel.CancelAsync();
        Assert.Equal(RpcErrorCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call)).Error.Code);
    }

    [Theory]
    [InlineData("library.add", """{"title":"Emma","year":1815}""", null)]
    [InlineData("library.add", """{"year":1815,"other":[1,{}],"title":"Emma"}""", null)]
    [InlineData("library.add", """{"title":"Emma"}""", null)]
    [InlineData("library.add", """{"year":1815}""", RpcErrorCode.InvalidParams)]
    [InlineData("library.add", """{"title":null}""", RpcErrorCode.InvalidParams)]
    [InlineData("library.add", """{"title":5}""", RpcErrorCode.InvalidParams)]
    [InlineData("library.add", """["Emma",1815]""", RpcErrorCode.InvalidParams)]
    [InlineData("library.add", "null", RpcErrorCode.InvalidParams)]
    [InlineData("library.find", "null", RpcErrorCode.InvalidParams)]
    [InlineData("library.longest", "null", null)]
    [InlineData("library.titles", """{"anything":1}""", null)]
    [InlineData("empty-the-library", "null", null)]
    [InlineData("library.clear", "null", RpcErrorCode.MethodNotFound)]
    public async Task Other_callers_send_an_object_with_the_parameters_names_or_the_only_parameter(string method, string json, RpcErrorCode? code)
    {
        var answer = await Client.CallAsync(method, System.Text.Encoding.UTF8.GetBytes(json), RpcEncoding.Json);
        Assert.Equal(code, answer.Error?.Code);
    }

    [Fact]
    public void A_name_that_is_taken_is_refused() =>
        Assert.Throws<ArgumentException>(() => new RpcMethods().MapLibrary(_library).MapLibrary(_library));

    private sealed class Library : ILibrary
    {
        private readonly Lock _lock = new();
        private readonly List<Book> _books = [];

        public bool IsDisposed { get; private set; }

        public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource StreamsStopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<Book> AddAsync(string title, int year = 2000, CancellationToken cancel = default)
        {
            await Task.Yield();
            ArgumentException.ThrowIfNullOrEmpty(title);
            lock (_lock)
            {
                _books.Add(new Book(title, year));
                return _books[^1];
            }
        }

        public ValueTask<RpcResult<Book>> FindAsync(string title, CancellationToken cancel)
        {
            lock (_lock)
            {
                return ValueTask.FromResult<RpcResult<Book>>(
                    _books.Find(book => book.Title == title) is { } found ? found : new RpcError((RpcErrorCode)404, "No such book."));
            }
        }

        public Task<IReadOnlyList<string>> TitlesAsync()
        {
            lock (_lock)
            {
                return Task.FromResult<IReadOnlyList<string>>([.. _books.Select(book => book.Title)]);
            }
        }

        public Task<string?> LongestAsync(int? atMost)
        {
            lock (_lock)
            {
                return Task.FromResult(_books.Select(book => book.Title).Where(title => title.Length <= atMost).MaxBy(title => title.Length));
            }
        }

        public ValueTask ClearAsync()
        {
            lock (_lock)
            {
                _books.Clear();
            }

            return ValueTask.CompletedTask;
        }

        public Task<string> BrokenAsync() => Task.FromResult<string>(Nothing());

        public async Task WaitAsync(CancellationToken cancel)
        {
            Waiting.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancel);
        }

        public async IAsyncEnumerable<int> Pages(int count, [EnumeratorCancellation] CancellationToken cancel = default)
        {
            try
            {
                for (var i = 0; i < count && !cancel.IsCancellationRequested; i++)
                {
                    yield return i;
                    await Task.Yield();
                }
            }
            finally
            {
                if (count == int.MaxValue)
                {
                    StreamsStopped.TrySetResult();
                }
            }
        }

        public async IAsyncEnumerable<string?> Shelves([EnumeratorCancellation] CancellationToken cancel = default)
        {
            yield return "first";
            await Task.Yield();
            yield return null;
            yield return "third";
        }

        public async IAsyncEnumerable<string> BrokenItems([EnumeratorCancellation] CancellationToken cancel = default)
        {
            await Task.Yield();
            yield return Nothing();
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }

#nullable disable
        private static string Nothing() => null;
#nullable restore
    }
}

/// <summary>A book.</summary>
public sealed record Book(string Title, int Year);

/// <summary>A service for the tests.</summary>
[RpcService<LibraryJson>("library")]
public interface ILibrary : IAsyncDisposable
{
    Task<Book> AddAsync(string title, int year = 2000, CancellationToken cancel = default);

    ValueTask<RpcResult<Book>> FindAsync(string title, CancellationToken cancel);

    Task<IReadOnlyList<string>> TitlesAsync();

    Task<string?> LongestAsync(int? atMost);

    [RpcMethod("empty-the-library")]
    ValueTask ClearAsync();

    Task<string> BrokenAsync();

    Task WaitAsync(CancellationToken cancel);

    IAsyncEnumerable<int> Pages(int count, CancellationToken cancel = default);

    IAsyncEnumerable<string?> Shelves(CancellationToken cancel = default);

    IAsyncEnumerable<string> BrokenItems(CancellationToken cancel = default);
}

[JsonSerializable(typeof(Book))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class LibraryJson : JsonSerializerContext;
