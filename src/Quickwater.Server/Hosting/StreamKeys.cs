using System.Security.Cryptography;
using System.Text;

namespace Quickwater.Server;

/// <summary>The keys of which a publisher must give one. Thread-safe.</summary>
public sealed class StreamKeys
{
    private const string FileName = "publish.key";
    private const int KeyBytes = 16;
    private const int FileBytesMax = 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode TooOpen =
        UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private volatile Known _known;

    private StreamKeys(IReadOnlyList<string> keys, string? file, bool made)
    {
        _known = new Known(keys);
        File = file;
        Made = made;
    }

    /// <summary>The keys. Secret.</summary>
    public IReadOnlyList<string> Keys => _known.Keys;

    /// <summary>The file that the key came from, or null when keys are configured.</summary>
    public string? File { get; }

    /// <summary>Whether the key was made just now.</summary>
    public bool Made { get; }

    /// <summary>
    /// The configured keys; when there are none, the key kept in the data directory, which is made at the first start, readable by
    /// its owner only.
    /// </summary>
    /// <exception cref="IOException">
    /// The directory or the file cannot be read or written, is open to others, or holds no key. The message names the settings and says what to do.
    /// </exception>
    public static StreamKeys Load(TextList configured, string dataDirectory)
    {
        if (configured.Items.Count > 0)
        {
            return new StreamKeys(configured.Items, null, made: false);
        }

        var file = Path.GetFullPath(Path.Combine(dataDirectory.Length > 0 ? dataDirectory : "quickwater-data", FileName));
        try
        {
            return System.IO.File.Exists(file) ? new StreamKeys([Read(file)], file, made: false) : Make(file);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw new IOException($"data.directory: the stream key is kept in {Path.GetDirectoryName(file)}, which does not work: {e.Message} "
                + "Give data.directory a folder that this user can write, or give keys in rtmp.publishKeys.", e);
        }
    }

    /// <summary>Whether a key is one of ours. Takes the same time for every wrong key.</summary>
    public bool Accepts(ReadOnlySpan<char> key)
    {
        var hash = Hash(key);
        var found = false;
        foreach (var known in _known.Hashes)
        {
            found |= CryptographicOperations.FixedTimeEquals(known, hash);
        }

        return found;
    }

    /// <summary>What a log may say of a key: enough to tell which of several somebody used, too little to use it.</summary>
    public static string Redact(string? key) => string.IsNullOrEmpty(key) ? "none" : key.Length < KeyBytes ? "***" : $"{key[..2]}***";

    /// <summary>Reads the file again, or takes the keys that are configured now. Who publishes already goes on. True when they have changed.</summary>
    /// <exception cref="IOException">There is no key to be had; those from before stay.</exception>
    internal bool Reload(TextList configured)
    {
        try
        {
            IReadOnlyList<string> next = File is { } file ? [Read(file)] : configured.Items;
            if (next.Count == 0 || next.SequenceEqual(Keys, StringComparer.Ordinal))
            {
                return false;
            }

            _known = new Known(next);
            return true;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static string Read(string file)
    {
        if (!OperatingSystem.IsWindows() && (System.IO.File.GetUnixFileMode(file) & TooOpen) != 0)
        {
            throw new IOException($"{file} is open to other users (mode {Convert.ToString((int)System.IO.File.GetUnixFileMode(file), 8)}), so its key may be known. "
                + $"Make a new one by deleting it, or say 'chmod 600 {file}'.");
        }

        var key = new FileInfo(file).Length > FileBytesMax ? "" : System.IO.File.ReadAllText(file).Trim();
        return Settings.RtmpPublishKeys.Read([key]) is not null
            ? key
            : throw new IOException($"{file} holds no key; it must be one line, {Settings.RtmpPublishKeys.Allowed}. Delete it, and a new key is made at the next start.");
    }

    // Whole or not there at all: a disk that is full meanwhile must not leave a file that the next start trips over.
    private static StreamKeys Make(string file)
    {
        var directory = Path.GetDirectoryName(file) ?? ".";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
            options.UnixCreateMode = OwnerOnly;
        }

        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
        var draft = $"{file}.{Environment.ProcessId}.new";
        try
        {
            System.IO.File.Delete(draft);
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(Encoding.ASCII.GetBytes(key + "\n"));
                stream.Flush(flushToDisk: true);
            }

            System.IO.File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (System.IO.File.Exists(file))
        {
            return new StreamKeys([Read(file)], file, made: false); // another server was faster
        }
        finally
        {
            System.IO.File.Delete(draft);
        }

        return new StreamKeys([key], file, made: true);
    }

    private static byte[] Hash(ReadOnlySpan<char> key) => SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString()));

    private sealed class Known(IReadOnlyList<string> keys)
    {
        public IReadOnlyList<string> Keys => keys;

        public byte[][] Hashes { get; } = [.. keys.Select(static key => Hash(key))];
    }
}
