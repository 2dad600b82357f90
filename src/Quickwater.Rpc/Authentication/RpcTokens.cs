using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>
/// A list of callers and their tokens. It keeps hashes only, and takes the same time for every token of one length, whether it is known or not. Tokens have to
/// be random: a hash does not protect one that can be guessed. Immutable and thread-safe.
/// </summary>
public sealed class RpcTokens : IRpcAuthenticator
{
    /// <summary>Longest token that a caller may give, in characters: a bound for applications that take signed ones.</summary>
    public const int TokenCharactersMax = 8192;

    /// <summary>What an entry of the list looks like, for people.</summary>
    public const string Form =
        "NAME=TOKEN or NAME=sha256:HEX: a name of 1 to 64 letters, digits, '-', '_', '.'; a token of 16 to 256 letters, digits, '-', '_', '.', '~', '+', '/', '=', or the SHA-256 of one";

    private const string HashPrefix = "sha256:";
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    // Those of RFC 6750, section 2.1, so that a token fits into an HTTP header as well.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/=");

    private readonly Entry[] _entries;

    /// <summary>Reads the list.</summary>
    /// <param name="entries">Each in the <see cref="Form"/>. A name may have several tokens, so that one can be replaced while callers still have the old one.</param>
    /// <exception cref="ArgumentException">An entry is not in the form. The message does not repeat it.</exception>
    public RpcTokens(IReadOnlyCollection<string> entries)
    {
        _entries = [.. entries.Select(Parse).OfType<Entry>()];
        if (_entries.Length < entries.Count)
        {
            throw new ArgumentException($"An entry is not {Form}.", nameof(entries));
        }
    }

    /// <summary>Whether an entry is in the <see cref="Form"/>.</summary>
    public static bool IsEntry(string entry) => Parse(entry) is not null;

    /// <inheritdoc/>
    public AccessDecision Decide(string token, ConnectionInfo connection, IMailbox mailbox, uint correlation)
    {
        var hash = Hash(token);
        string? caller = null;
        foreach (var entry in _entries)
        {
            caller = CryptographicOperations.FixedTimeEquals(entry.Hash, hash) ? entry.Name : caller;
        }

        return caller is null ? AccessDecision.Deny(Reason.AccessDenied) : AccessDecision.AllowAs(caller);
    }

    private static Entry? Parse(string entry)
    {
        var equals = entry.IndexOf('=', StringComparison.Ordinal);
        return equals is > 0 and <= 64 && !entry.AsSpan(0, equals).ContainsAnyExcept(NameCharacters) && HashOf(entry.AsSpan(equals + 1)) is { } hash
            ? new Entry(entry[..equals], hash) : null;
    }

    private static byte[]? HashOf(ReadOnlySpan<char> secret)
    {
        if (!secret.StartsWith(HashPrefix, StringComparison.Ordinal))
        {
            return secret.Length is >= 16 and <= 256 && !secret.ContainsAnyExcept(TokenCharacters) ? Hash(secret) : null;
        }

        var hash = new byte[SHA256.HashSizeInBytes];
        return secret.Length == HashPrefix.Length + (2 * hash.Length)
            && Convert.FromHexString(secret[HashPrefix.Length..], hash, out _, out _) == OperationStatus.Done ? hash : null;
    }

    private static byte[] Hash(ReadOnlySpan<char> token)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(token)];
        Encoding.UTF8.GetBytes(token, bytes);
        return SHA256.HashData(bytes);
    }

    private sealed record Entry(string Name, byte[] Hash);
}
