namespace Quickwater.Core;

/// <summary>Whose certificate a peer showed.</summary>
/// <param name="Subject">The distinguished name of its subject, such as <c>CN=worker-7, O=Example</c>.</param>
/// <param name="Fingerprint">The SHA-256 of the certificate, in 64 hexadecimal digits.</param>
public sealed record PeerCertificate(string Subject, string Fingerprint);
