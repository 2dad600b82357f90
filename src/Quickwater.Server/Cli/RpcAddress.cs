using System.CommandLine;

namespace Quickwater.Server;

/// <summary>The argument <c>HOST:PORT</c> of a server that is called.</summary>
internal static class RpcAddress
{
    /// <summary>Makes the argument. A wrong one is told as wrong usage.</summary>
    public static Argument<string?> Create(string description, ArgumentArity arity)
    {
        var address = new Argument<string?>("HOST:PORT") { Description = description, Arity = arity };
        address.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !TryParse(token.Value, out _, out _))
            {
                result.AddError($"{token.Value} is no server's address; allowed: HOST:PORT, or [ADDRESS]:PORT for IPv6.");
            }
        });
        return address;
    }

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out string host, out int port)
    {
        var isAddress = Uri.TryCreate($"tcp://{text}", UriKind.Absolute, out var uri) && uri is { Port: > 0, PathAndQuery: "" or "/", UserInfo: "" } && !text.EndsWith('/');
        (host, port) = isAddress && uri is not null ? (uri.IdnHost, uri.Port) : ("", 0);
        return isAddress && host.Length > 0;
    }
}
