using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Profiler.Metrics.Web;

/// <summary>Reads the section <c>tls_server_config</c> and the files it refers to.</summary>
/// <param name="Config">The settings.</param>
/// <param name="Files">The files that were read.</param>
internal sealed record TlsConfigReader(TlsConfig Config, ImmutableArray<string> Files)
{
    private const int LeastRsa = 2048, LeastCurve = 256;

    // Go always enables these with TLS 1.3, whatever the list contains.
    private static readonly TlsCipherSuite[] Tls13Suites =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
    ];

    // TLS 1.0 and 1.1, which the format has as well, are not to be used: RFC 8996.
    private static readonly (string Name, SslProtocols Protocol)[] Versions =
    [
        ("TLS12", SslProtocols.Tls12), ("TLS13", SslProtocols.Tls13),
    ];

    /// <param name="section">The section.</param>
    /// <param name="folder">Base folder of relative paths.</param>
    /// <param name="reader">Who reads the files.</param>
    /// <param name="warnings">What is valid but unwise is added.</param>
    /// <exception cref="WebConfigException">The section, or a file it refers to, is invalid.</exception>
    public static TlsConfigReader Read(YamlSection section, string folder, ISecretFiles reader, List<string> warnings)
    {
        var files = ImmutableArray.CreateBuilder<string>();
        // A setting is either inline text or a file name.
        (string? Text, long Line) Pem(string inline, string file)
        {
            long line = section.LineOf(file), inlineLine = section.LineOf(inline);
            string? name = section.Text(file), text = section.Text(inline);
            if (name is not null && text is not null)
                throw new WebConfigException(inlineLine, $"{inline} and {file} exclude each other: set one of them");
            if (name is null)
                return (text, inlineLine);
            string path = Path.Combine(folder, name);
            files.Add(path);
            (string contents, bool isPublic) = ReadFile(reader, path, file, line);
            if (file == "key_file" && isPublic)
                warnings.Add($"key_file {path} may be read by all users: chmod 640");
            return (contents, line);
        }

        (string? certificate, long certificateLine) = Pem("cert", "cert_file");
        (string? key, long keyLine) = Pem("key", "key_file");
        (string? authorities, long authoritiesLine) = Pem("client_ca", "client_ca_file");
        long authLine = section.LineOf("client_auth_type");
        ClientAuth auth = section.Parse("client_auth_type", ParseClientAuth, string.Join(", ", Enum.GetNames<ClientAuth>())) ?? default;
        var config = new TlsConfig
        {
            Certificate = Certificate(
                certificate ?? throw new WebConfigException(section.Line, "tls_server_config needs a cert_file"), certificateLine,
                key ?? throw new WebConfigException(section.Line, "tls_server_config needs a key_file"), keyLine),
            ClientAuth = auth,
            ClientAuthorities = authorities is null ? [] : Certificates(authorities, "client_ca_file", authoritiesLine),
            ClientNames = [.. section.List("client_allowed_sans").Select(name => name.Text)],
            Protocols = Protocols(section),
            CipherSuites = CipherSuites(section.List("cipher_suites")),
        };
        bool verifies = auth is ClientAuth.VerifyClientCertIfGiven or ClientAuth.RequireAndVerifyClientCert;
        if (verifies && config.ClientAuthorities.Count == 0)
            throw new WebConfigException(authLine, $"client_auth_type {auth} needs a client_ca_file");
        if (!verifies && config.ClientAuthorities.Count > 0)
            throw new WebConfigException(authoritiesLine, $"client_ca_file has no use with client_auth_type {auth}: write RequireAndVerifyClientCert");
        // OpenSSL's configuration decides cipher preference here; Go ignores this setting since 1.17.
        _ = section.Flag("prefer_server_cipher_suites");
        long curvesLine = section.LineOf("curve_preferences");
        if (section.List("curve_preferences").Count > 0)
            throw new WebConfigException(curvesLine, "curve_preferences cannot be chosen here: set Groups in OpenSSL's configuration");
        section.End();
        return new TlsConfigReader(config, files.ToImmutable());
    }

    private static SecretText ReadFile(ISecretFiles reader, string path, string setting, long line)
    {
        try
        {
            return reader.Read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or WebConfigException)
        {
            throw new WebConfigException(line, $"{setting} cannot be read: {e.Message}", e);
        }
    }

    private static SslStreamCertificateContext Certificate(string certificate, long line, string key, long keyLine)
    {
        X509Certificate2Collection chain = Certificates(certificate, "cert_file", line);
        DemandLongKey(chain[0], line);
        try
        {
            X509Certificate2 own = X509Certificate2.CreateFromPem(certificate, key);
            return SslStreamCertificateContext.Create(own, [.. chain.Skip(1)], offline: true);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new WebConfigException(keyLine, $"key_file is not the key of cert_file: {e.Message}", e);
        }
    }

    private static X509Certificate2Collection Certificates(string pem, string setting, long line)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new WebConfigException(line, $"{setting}: {e.Message}", e);
        }
        return certificates.Count > 0 ? certificates : throw new WebConfigException(line, $"{setting} contains no PEM certificate");
    }

    // NIST SP 800-57 part 1, for 112 and 128 bits of strength.
    private static void DemandLongKey(X509Certificate2 certificate, long line)
    {
        try
        {
            using RSA? rsa = certificate.GetRSAPublicKey();
            using ECDsa? curve = certificate.GetECDsaPublicKey();
            if ((rsa?.KeySize is < LeastRsa and var r ? r : curve?.KeySize is < LeastCurve and var c ? c : (int?)null) is { } bits)
                throw new WebConfigException(line, $"cert_file has a key of {bits} bits: RSA needs {LeastRsa}, an elliptic curve {LeastCurve}");
        }
        catch (CryptographicException e)
        {
            throw new WebConfigException(line, $"cert_file: {e.Message}", e);
        }
    }

    // The toolkit's documentation also uses the name RequireClientCert.
    private static ClientAuth? ParseClientAuth(string text) =>
        text == "RequireClientCert" ? ClientAuth.RequireAnyClientCert
        : Enum.GetNames<ClientAuth>().Contains(text) ? Enum.Parse<ClientAuth>(text)
        : null;

    private static SslProtocols Protocols(YamlSection section)
    {
        string hint = string.Join(", ", Versions.Select(v => v.Name));
        static int? Index(string text) => Array.FindIndex(Versions, v => v.Name == text) is var i and >= 0 ? i : null;
        long line = section.LineOf("max_version");
        int least = section.Parse("min_version", Index, hint) ?? 0;
        int most = section.Parse("max_version", Index, hint) ?? 1;
        return least <= most
            ? Versions[least..(most + 1)].Aggregate(SslProtocols.None, (all, v) => all | v.Protocol)
            : throw new WebConfigException(line, "max_version is below min_version");
    }

    // As in Go (crypto/tls, CipherSuites): a new key for each connection, and no broken cipher.
    private static bool IsStrong(string suite) =>
        suite.StartsWith("TLS_ECDHE_RSA_", StringComparison.Ordinal) || suite.StartsWith("TLS_ECDHE_ECDSA_", StringComparison.Ordinal)
            ? suite.Contains("_AES_", StringComparison.Ordinal) || suite.Contains("_CHACHA20_", StringComparison.Ordinal)
            : Tls13Suites.Any(s => s.ToString() == suite);

    private static CipherSuitesPolicy? CipherSuites(IReadOnlyList<(string Text, long Line)> names)
    {
        if (names.Count == 0)
            return null;
        IEnumerable<TlsCipherSuite> suites = names.Select(name => Enum.GetNames<TlsCipherSuite>().Contains(name.Text)
            ? IsStrong(name.Text) ? Enum.Parse<TlsCipherSuite>(name.Text)
                : throw new WebConfigException(name.Line, $"the cipher suite {name.Text} is weak: choose one of TLS_ECDHE_… with AES or CHACHA20")
            : throw new WebConfigException(name.Line, $"there is no cipher suite {name.Text}; names are IANA's, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));
#pragma warning disable CA1416 // Linux only, like the whole program
        return new CipherSuitesPolicy([.. suites.Union(Tls13Suites)]);
#pragma warning restore CA1416
    }
}
