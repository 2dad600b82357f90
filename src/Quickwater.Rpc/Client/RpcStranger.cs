using System.Text;
using Quickwater.Core;

namespace Quickwater.Rpc;

/// <summary>Says what answered where an RPC server was expected, by its first bytes.</summary>
internal static class RpcStranger
{
    private const int ShownBytesMax = 24;

    /// <summary>For people. What it repeats of the peer's bytes does nothing to a terminal.</summary>
    public static string Describe(ReadOnlySpan<byte> words) => words switch
    {
        [(byte)'H', (byte)'T', (byte)'T', (byte)'P', ..] => $"it speaks HTTP ({Quoted(words)})",
        [0x15, 0x03, ..] => "it speaks TLS", // an alert: RFC 8446, section 5.1
        [0x03, ..] => "it speaks RTMP",
        _ => $"it begins with {Quoted(words)}",
    };

    private static string Quoted(ReadOnlySpan<byte> words)
    {
        var line = words[..Math.Min(words.Length, ShownBytesMax)];
        var end = line.IndexOfAny((byte)'\r', (byte)'\n');
        return $"\"{PeerText.Printable(Encoding.Latin1.GetString(end >= 0 ? line[..end] : line))}\"";
    }
}
