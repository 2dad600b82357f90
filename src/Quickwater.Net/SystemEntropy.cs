using System.Security.Cryptography;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>Unpredictable bytes from the operating system. Thread-safe.</summary>
public sealed class SystemEntropy : IEntropy
{
    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
