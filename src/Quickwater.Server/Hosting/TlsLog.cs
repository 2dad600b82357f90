using System.Globalization;
using Microsoft.Extensions.Logging;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>Logs what becomes of the certificate of one system.</summary>
internal sealed class TlsLog(string system, ILogger log) : ITlsEvents
{
    /// <inheritdoc/>
    public void CertificateInUse(string fingerprint, DateTimeOffset expires) => Log.CertificateInUse(log, system, fingerprint, Day(expires));

    /// <inheritdoc/>
    public void CertificateUnusable(string why) => Log.CertificateUnusable(log, system, why);

    /// <inheritdoc/>
    public void CertificateExpires(DateTimeOffset expires) => Log.CertificateExpires(log, system, Day(expires));

    private static string Day(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
