using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Profiler.Metrics.Web;

/// <summary>Requirements for the client certificate; Go's names (crypto/tls, ClientAuthType), as in the file.</summary>
public enum ClientAuth
{
    NoClientCert,
    RequestClientCert,
    RequireAnyClientCert,
    VerifyClientCertIfGiven,
    RequireAndVerifyClientCert,
}

/// <summary>TLS settings of the server.</summary>
public sealed record TlsConfig
{
    /// <summary>The certificate with its key, and the intermediate certificates.</summary>
    public required SslStreamCertificateContext Certificate { get; init; }

    public ClientAuth ClientAuth { get; init; }

    /// <summary>Certificate authorities for client certificates.</summary>
    public X509Certificate2Collection ClientAuthorities { get; init; } = [];

    /// <summary>A client certificate must contain one of these names; if empty, any name is allowed.</summary>
    public ImmutableArray<string> ClientNames { get; init; } = [];

    public SslProtocols Protocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Null: the system default.</summary>
    public CipherSuitesPolicy? CipherSuites { get; init; }

    /// <summary>Whether only clients with a certificate of the authorities get in.</summary>
    public bool IdentifiesClients => ClientAuth == ClientAuth.RequireAndVerifyClientCert;

    /// <summary>Options for one connection.</summary>
    /// <param name="http2">Offer HTTP/2.</param>
    public SslServerAuthenticationOptions ToOptions(bool http2) => new()
    {
        ServerCertificateContext = Certificate,
        EnabledSslProtocols = Protocols,
        CipherSuitesPolicy = CipherSuites,
        ApplicationProtocols = http2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11],
        ClientCertificateRequired = ClientAuth != ClientAuth.NoClientCert,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, chain, _) => Accepts(certificate as X509Certificate2, chain),
    };

    private bool Accepts(X509Certificate2? client, X509Chain? sent) => (ClientAuth, client) switch
    {
        (ClientAuth.RequireAnyClientCert or ClientAuth.RequireAndVerifyClientCert, null) => false,
        (ClientAuth.VerifyClientCertIfGiven or ClientAuth.RequireAndVerifyClientCert, { } given) =>
            Verifies(given, sent) && (ClientNames.IsEmpty || NamesOf(given).Any(ClientNames.Contains)),
        _ => true,
    };

    private bool Verifies(X509Certificate2 client, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(ClientAuthorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2")); // clientAuth, RFC 5280
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return chain.Build(client);
    }

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate) => certificate.Extensions
        .OfType<X509SubjectAlternativeNameExtension>()
        .SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(ip => ip.ToString())));
}
