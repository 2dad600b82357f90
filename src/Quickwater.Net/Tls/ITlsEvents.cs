namespace Quickwater.Net;

/// <summary>Where a <see cref="TlsServer"/> reports what becomes of its files. Called on any thread, one call at a time; a call must be quick.</summary>
public interface ITlsEvents
{
    /// <summary>A certificate is in use from now on, for handshakes that begin.</summary>
    /// <param name="fingerprint">Its SHA-256, in 64 hexadecimal digits.</param>
    /// <param name="expires">When it ceases to be valid.</param>
    void CertificateInUse(string fingerprint, DateTimeOffset expires);

    /// <summary>The files changed and cannot be used. The old certificate stays in use.</summary>
    /// <param name="why">For people, with the names of the files.</param>
    void CertificateUnusable(string why);

    /// <summary>The certificate in use has less than 14 days left, or none. Once when that begins and then once a day, while there are handshakes.</summary>
    /// <param name="expires">When it ceases to be valid, or did.</param>
    void CertificateExpires(DateTimeOffset expires);
}
