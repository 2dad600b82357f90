namespace Quickwater.Server;

/// <summary>The values of the settings <c>tls.versionMin</c>.</summary>
public enum TlsVersion
{
    /// <summary>TLS 1.2, and 1.3 with those that speak it.</summary>
    Tls12,

    /// <summary>TLS 1.3.</summary>
    Tls13,
}
