using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Profiler.Core;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Profiler.Metrics.Web;

/// <summary>Reads a <see cref="WebConfig"/>. Unknown settings are errors, as invalid values are.</summary>
internal static partial class WebConfigReader
{
    // The format has three levels.
    private const int DeepestNesting = 16;

    // A check takes 0.1 s at 10, and twice the time with each one more. htpasswd -B has 5 by default.
    private const int LeastCost = 4, AdvisedCost = 10, MostCost = 15;

    // The headers that the format allows.
    private static readonly string[] KnownHeaders =
    [
        "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "X-XSS-Protection", "Content-Security-Policy",
    ];

    /// <param name="path">The file; relative paths in it start at its folder.</param>
    /// <exception cref="WebConfigException">The file is invalid.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static WebConfig Read(string path) => Read(path, SecretFile.Own);

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="files">Who reads the files.</param>
    public static WebConfig Read(string path, ISecretFiles files)
    {
        (string text, bool isPublic) = files.Read(path);
        var root = new YamlSection(Parse(text), "the file");
        var warnings = new List<string>();
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        TlsConfigReader? tls = root.Section("tls_server_config") is { } section ? TlsConfigReader.Read(section, folder, files, warnings) : null;
        var config = new WebConfig
        {
            Tls = tls?.Config,
            Users = Users(root.Section("basic_auth_users"), warnings),
            RateLimit = RateLimit(root.Section("rate_limit")),
            Files = [path, .. tls?.Files ?? []],
        };
        if (root.Section("http_server_config") is { } http)
        {
            config = config with { Http2 = http.Flag("http2") ?? true, Headers = Headers(http.Section("headers")) };
            http.End();
        }
        root.End();
        // Hashes can be guessed at leisure, and an inline key needs no guessing.
        if ((!config.Users.IsEmpty || text.Contains("PRIVATE KEY", StringComparison.Ordinal)) && isPublic)
            warnings.Add($"{path} has secrets and all users may read it: chmod 640");
        return config with { Warnings = [.. warnings] };
    }

    private static YamlNode? Parse(string text)
    {
        try
        {
            // Nodes are built by recursion, which has no bound of its own.
            var events = new Parser(new StringReader(text));
            for (int depth = 0; events.MoveNext(); depth += events.Current!.NestingIncrease)
            {
                if (depth > DeepestNesting)
                    throw new WebConfigException(events.Current!.Start.Line, "nested too deeply");
            }
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return yaml.Documents.Count == 0 ? null : yaml.Documents[0].RootNode;
        }
        catch (YamlException e)
        {
            throw new WebConfigException(e.Start.Line, $"no YAML: {e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The scanner's, for a tag within a plain text, and the node's, for an empty key.
            throw new WebConfigException(1, "no YAML that can be read", e);
        }
    }

    private static ImmutableDictionary<string, string> Users(YamlSection? section, List<string> warnings)
    {
        var users = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var cheap = new List<string>();
        foreach ((string user, string hash, long line) in section?.Texts() ?? [])
        {
            if (!Bcrypt().IsMatch(hash))
                throw new WebConfigException(line, $"the password of {user} is no bcrypt hash: make one with htpasswd -nBC 10 \"\"");
            int cost = int.Parse(hash.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture);
            if (cost is < LeastCost or > MostCost)
                throw new WebConfigException(line, $"the password of {user} has cost {cost}, allowed are {LeastCost} to {MostCost}: make one with htpasswd -nBC 10 \"\"");
            if (cost < AdvisedCost)
                cheap.Add(user);
            users[user] = hash;
        }
        if (cheap.Count > 0)
            warnings.Add($"passwords with a cost below {AdvisedCost} are guessed fast: make new ones with htpasswd -nBC {AdvisedCost} \"\" for {Figures.List(cheap)}");
        return users.ToImmutable();
    }

    private static ImmutableDictionary<string, string> Headers(YamlSection? section)
    {
        var headers = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string value, long line) in section?.Texts() ?? [])
        {
            if (!KnownHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw new WebConfigException(line, $"the header {name} cannot be set; those that can are {string.Join(", ", KnownHeaders)}");
            // The values that Kestrel accepts: RFC 9110, 5.5, without the obsolete parts.
            headers[name] = value.All(c => c is >= ' ' and <= '~')
                ? value
                : throw new WebConfigException(line, $"the header {name} has a character that no header may have");
        }
        return headers.ToImmutable();
    }

    private static RateLimitConfig? RateLimit(YamlSection? section)
    {
        if (section is null)
            return null;
        TimeSpan? interval = section.Parse("interval", text => DurationText.Parse(text, 0), "a duration such as 1s");
        int? burst = section.Number("burst");
        section.End();
        if (interval is null || interval == TimeSpan.Zero)
            return null;
        return burst is null or 0
            ? throw new WebConfigException(section.Line, "rate_limit needs a burst of at least 1: with 0 every request would be refused")
            : new RateLimitConfig(interval.Value, burst.Value);
    }

    [GeneratedRegex(@"^\$2[abxy]\$[0-3][0-9]\$[./A-Za-z0-9]{53}$")]
    private static partial Regex Bcrypt();
}
