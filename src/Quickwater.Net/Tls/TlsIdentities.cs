using System.Security.Cryptography;

namespace Quickwater.Net;

/// <summary>
/// The identity of a server, from files that may change while it runs. They are looked at when a handshake begins, at most every 2 seconds: a new identity
/// is for the handshakes that begin then; one that cannot be used leaves the old in place. Thread-safe.
/// </summary>
internal sealed class TlsIdentities
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WarnBefore = TimeSpan.FromDays(14);
    private static readonly TimeSpan WarnEvery = TimeSpan.FromDays(1);

    private readonly TlsServerOptions _options;
    private readonly ITlsEvents _events;
    private readonly TimeProvider _time;
    private readonly string[] _files;
    private readonly Lock _looking = new();
    private string[] _seen;
    private TlsIdentity _current;
    private long _looked;
    private long? _warned;

    /// <summary>Reads the files, or makes a certificate.</summary>
    /// <exception cref="IOException">They cannot be used; the message says which and why.</exception>
    public TlsIdentities(TlsServerOptions options, ITlsEvents events, TimeProvider time)
    {
        (_options, _events, _time) = (options, events, time);
        _files = [.. new[] { options.Certificate, options.Key, options.ClientCa }.Where(static file => file.Length > 0)];
        _seen = Contents(); // before they are read: a change meanwhile is seen the next time
        _current = Read();
        _looked = time.GetTimestamp();
        events.CertificateInUse(_current.Fingerprint, _current.Expires);
        WarnOfExpiry();
    }

    /// <summary>The identity for a handshake that begins now.</summary>
    public TlsIdentity Current
    {
        get
        {
            if (_time.GetElapsedTime(Volatile.Read(ref _looked)) >= LookEvery && _looking.TryEnter())
            {
                try
                {
                    Look();
                }
                finally
                {
                    _looking.Exit();
                }
            }

            return Volatile.Read(ref _current);
        }
    }

    private void Look()
    {
        var contents = Contents();
        if (!contents.AsSpan().SequenceEqual(_seen))
        {
            _seen = contents;
            try
            {
                var next = Read();
                Volatile.Write(ref _current, next);
                _warned = null;
                _events.CertificateInUse(next.Fingerprint, next.Expires);
            }
            catch (IOException e)
            {
                _events.CertificateUnusable(e.Message);
            }
        }

        WarnOfExpiry();
        Volatile.Write(ref _looked, _time.GetTimestamp());
    }

    private TlsIdentity Read() => new(
        _options.SelfSigned ? TlsFiles.SelfSigned(_time.GetUtcNow()) : TlsFiles.Certificate(_options.Certificate, _options.Key),
        _options.ClientCa.Length > 0 ? TlsFiles.TrustOnly(TlsFiles.Authorities(_options.ClientCa)) : null);

    // What they hold, and not when they were written: two renewals may carry the same time and size, and a link on the way to a file may be set anew, as with
    // Let's Encrypt and Kubernetes. They are short.
    private string[] Contents() => [.. _files.Select(static file =>
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // reading it says why
        }
    })];

    private void WarnOfExpiry()
    {
        if (_current.Expires - _time.GetUtcNow() < WarnBefore && (_warned is not { } warned || _time.GetElapsedTime(warned) >= WarnEvery))
        {
            _warned = _time.GetTimestamp();
            _events.CertificateExpires(_current.Expires);
        }
    }
}
