using System.Collections.Concurrent;

namespace Quickwater.Net.Tests;

/// <summary>Collects what a TLS server reports.</summary>
internal sealed class TlsLog : ITlsEvents
{
    /// <summary>The fingerprints of the certificates that came into use.</summary>
    public ConcurrentQueue<string> InUse { get; } = [];

    /// <summary>What was wrong with files.</summary>
    public ConcurrentQueue<string> Unusable { get; } = [];

    /// <summary>The ends that were warned of.</summary>
    public ConcurrentQueue<DateTimeOffset> Expiring { get; } = [];

    public void CertificateInUse(string fingerprint, DateTimeOffset expires) => InUse.Enqueue(fingerprint);

    public void CertificateUnusable(string why) => Unusable.Enqueue(why);

    public void CertificateExpires(DateTimeOffset expires) => Expiring.Enqueue(expires);
}
