using System.Collections.Immutable;

namespace Profiler.Metrics.Web;

/// <summary>
/// Settings of <c>--web.config.file</c>, in the format of Prometheus' own programs.
/// https://github.com/prometheus/exporter-toolkit/blob/v0.14.0/docs/web-configuration.md
/// </summary>
public sealed record WebConfig
{
    /// <summary>Null: plain HTTP.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>Offer HTTP/2; only with TLS.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary>Headers added to each response.</summary>
    public ImmutableDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Allowed users, with bcrypt hashes; if empty, no authentication.</summary>
    public ImmutableDictionary<string, string> Users { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Null: no limit.</summary>
    public RateLimitConfig? RateLimit { get; init; }

    /// <summary>The files of this configuration; the main file is first.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>What is valid but unwise, one line each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <summary>Rate limit of requests.</summary>
/// <param name="Interval">One more request is allowed after each interval.</param>
/// <param name="Burst">Maximum number of requests at once after an idle time; at least 1.</param>
public sealed record RateLimitConfig(TimeSpan Interval, int Burst);
