using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Security;

/// <summary>The certificate that every listener of this replica shows, and whom it trusts in turn.</summary>
public sealed class TlsIdentity
{
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection? _authorities;
    private readonly SslStreamCertificateContext _context;

    private TlsIdentity(X509Certificate2 certificate, X509Certificate2Collection chain, X509Certificate2Collection? authorities)
    {
        (_certificate, _authorities) = (certificate, authorities);
        _context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    /// <summary>Whether replicas have to show each other certificates of the given authority (<c>Tls:AuthorityFile</c>): mutual TLS on the peer port.</summary>
    public bool IsMutual => _authorities is not null;

    /// <summary>
    /// Reads <c>Tls:CertificateFile</c> and <c>Tls:KeyFile</c> (PEM; the certificate's chain may follow it) and <c>Tls:AuthorityFile</c> (PEM): the
    /// authorities that certificates of other replicas have to come from, in place of those of the system.
    /// </summary>
    /// <returns><c>null</c> if none is set.</returns>
    /// <exception cref="ConfigurationException">One is missing or cannot be read.</exception>
    public static TlsIdentity? Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var (certificate, key, authority) = (configuration["Tls:CertificateFile"], configuration["Tls:KeyFile"], configuration["Tls:AuthorityFile"]);
        if (string.IsNullOrEmpty(certificate) && string.IsNullOrEmpty(key) && string.IsNullOrEmpty(authority))
        {
            return null;
        }

        if (string.IsNullOrEmpty(certificate) || string.IsNullOrEmpty(key))
        {
            throw new ConfigurationException("TLS needs both Tls:CertificateFile and Tls:KeyFile.");
        }

        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            X509Certificate2Collection? authorities = null;
            if (!string.IsNullOrEmpty(authority))
            {
                authorities = [];
                authorities.ImportFromPemFile(authority);
            }

            // Windows cannot use a key that was never imported.
            return new TlsIdentity(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null), chain, authorities);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ConfigurationException($"The certificate or key of Tls:CertificateFile, Tls:KeyFile or Tls:AuthorityFile cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>For a listener.</summary>
    /// <param name="isForPeers">Whether callers are other replicas, which have to show a certificate too where authorities are given.</param>
    public SslServerAuthenticationOptions ForServer(bool isForPeers) => new()
    {
        ServerCertificateContext = _context,
        ClientCertificateRequired = isForPeers && IsMutual,
        RemoteCertificateValidationCallback = isForPeers && IsMutual ? (_, certificate, _, _) => IsOfAuthority(certificate, isServer: false) : null,
    };

    /// <summary>For calls to other replicas.</summary>
    public SslClientAuthenticationOptions ForClients() => new()
    {
        ClientCertificates = IsMutual ? [_certificate] : null,
        RemoteCertificateValidationCallback = IsMutual
            ? (_, certificate, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && IsOfAuthority(certificate, isServer: true)
            : null,
    };

    private bool IsOfAuthority(X509Certificate? certificate, bool isServer)
    {
        if (certificate is null)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities!);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (isServer)
        {
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // server authentication
        }

        using var presented = new X509Certificate2(certificate);
        return chain.Build(presented);
    }
}
