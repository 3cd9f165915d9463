using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Profiler.Metrics.Tests.Web;

/// <summary>An authority, and certificates of it, in files; and what a server's configuration needs besides.</summary>
internal sealed class TestCertificates : IDisposable
{
    /// <summary>The password "test", as crypt(3) makes it.</summary>
    public const string HashOfTest = "$2y$05$8d4xtoIaYnqvKvbVmwkn..OKfBabR34EZQ8hEN27ZmbHkt/ukpejG";

    private readonly X509Certificate2 _authority = Authority();

    public TestCertificates()
    {
        File.WriteAllText(Path("ca.pem"), _authority.ExportCertificatePem());
        Server("server");
    }

    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("vfioscope-web-");

    public string Path(string name) => System.IO.Path.Combine(Folder.FullName, name);

    /// <summary>Writes NAME.pem and NAME.key for a server at 127.0.0.1.</summary>
    public void Server(string name)
    {
        using X509Certificate2 certificate = Issue($"CN={name}", "1.3.6.1.5.5.7.3.1", name);
        File.WriteAllText(Path($"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path($"{name}.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Writes NAME.pem and NAME.key with a key that is too short.</summary>
    public void ShortKey(string name)
    {
#pragma warning disable CA5385 // too short, that is the point
        using var key = RSA.Create(1024);
#pragma warning restore CA5385
        var request = new CertificateRequest("CN=short", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path($"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Lets the owner read and write a file, and others as said.</summary>
    public static void Permit(string path, UnixFileMode others = UnixFileMode.None)
    {
#pragma warning disable CA1416 // Linux only, like the whole program
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
#pragma warning restore CA1416
    }

    /// <summary>A client's certificate.</summary>
    public X509Certificate2 Client(string name) => Issue($"CN={name}", "1.3.6.1.5.5.7.3.2", name);

    /// <summary>Writes the configuration of a server, with relative names.</summary>
    public string Config(string text)
    {
        File.WriteAllText(Path("web.yml"), text);
        return Path("web.yml");
    }

    /// <summary>Whether the authority vouches for a certificate.</summary>
    public bool Trusts(X509Certificate? certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return certificate is X509Certificate2 given && chain.Build(given);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Folder.Delete(recursive: true);
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private X509Certificate2 Issue(string subject, string usage, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(
            _authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
