using System.Security.Cryptography;
using System.Text;

namespace Quickwater.Server;

/// <summary>The keys that publishers from other machines must give. Immutable and thread-safe.</summary>
public sealed class StreamKeys
{
    private const string FileName = "publish.key";
    private const int KeyBytes = 16;

    private readonly byte[][] _hashes;

    private StreamKeys(IReadOnlyList<string> keys, string? file, bool made)
    {
        _hashes = [.. keys.Select(Hash)];
        Keys = keys;
        File = file;
        Made = made;
    }

    /// <summary>The keys. Secret.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The file that the key came from, or null when keys are configured.</summary>
    public string? File { get; }

    /// <summary>Whether the key was made just now.</summary>
    public bool Made { get; }

    /// <summary>
    /// The configured keys; when there are none, the key kept in the data directory, which is made at the first start, readable by
    /// its owner only.
    /// </summary>
    /// <exception cref="IOException">The directory or the file cannot be read or written, or holds no key.</exception>
    public static StreamKeys Load(TextList configured, string dataDirectory)
    {
        if (configured.Items.Count > 0)
        {
            return new StreamKeys(configured.Items, null, made: false);
        }

        var file = Path.GetFullPath(Path.Combine(dataDirectory.Length > 0 ? dataDirectory : "quickwater-data", FileName));
        try
        {
            return System.IO.File.Exists(file) ? Read(file) : Make(file);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{e.Message} The stream key is kept there; set data.directory or rtmp.publishKeys.", e);
        }
    }

    /// <summary>Whether a key is one of ours. Takes the same time for every wrong key.</summary>
    public bool Accepts(ReadOnlySpan<char> key)
    {
        var hash = Hash(key);
        var found = false;
        foreach (var known in _hashes)
        {
            found |= CryptographicOperations.FixedTimeEquals(known, hash);
        }

        return found;
    }

    private static StreamKeys Read(string file)
    {
        var key = System.IO.File.ReadAllText(file).Trim();
        return key.Length > 0
            ? new StreamKeys([key], file, made: false)
            : throw new IOException($"{file} is empty. Delete it, and a new key is made at the next start.");
    }

    private static StreamKeys Make(string file)
    {
        var directory = Path.GetDirectoryName(file) ?? ".";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
        using var writer = new StreamWriter(file, options);
        writer.Write(key + "\n");
        return new StreamKeys([key], file, made: true);
    }

    private static byte[] Hash(ReadOnlySpan<char> key) => SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString()));

    private static byte[] Hash(string key) => Hash(key.AsSpan());
}
