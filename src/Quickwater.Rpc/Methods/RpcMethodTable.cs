using System.Text.Json;

namespace Quickwater.Rpc;

/// <summary>Finds methods by the bytes of their names, without making strings. Immutable, so thread-safe.</summary>
internal sealed class RpcMethodTable
{
    private readonly RpcMethod[][] _buckets;
    private readonly int _mask;

    public RpcMethodTable(IReadOnlyCollection<RpcMethod> methods)
    {
        var size = 16;
        while (size < methods.Count * 2)
        {
            size *= 2;
        }

        _mask = size - 1;
        var buckets = methods.ToLookup(method => Hash(method.Utf8) & _mask);
        _buckets = [.. Enumerable.Range(0, size).Select(i => buckets[i].ToArray())];
    }

    /// <summary>The method of that name, or null.</summary>
    public RpcMethod? Find(ReadOnlySpan<byte> name)
    {
        foreach (var method in _buckets[Hash(name) & _mask])
        {
            if (name.SequenceEqual(method.Utf8))
            {
                return method;
            }
        }

        return null;
    }

    /// <summary>The method whose name is the string that the reader stands on, or null.</summary>
    public RpcMethod? Find(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Find(reader.ValueSpan);
        }

        const int escapedMax = RpcCallBody.NameBytesMax * 6; // \uXXXX for one byte
        if (reader.ValueSpan.Length > escapedMax)
        {
            return null;
        }

        Span<byte> name = stackalloc byte[escapedMax];
        return Find(name[..reader.CopyString(name)]);
    }

    // Length and three bytes: names are few and chosen by the server, and what hashes alike is compared.
    private static int Hash(ReadOnlySpan<byte> name) =>
        name.Length == 0 ? 0 : name.Length + (name[0] * 31) + (name[name.Length >> 1] * 131) + (name[^1] * 17);
}
