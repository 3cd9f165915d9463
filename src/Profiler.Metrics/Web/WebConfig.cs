using System.Collections.Immutable;

namespace Profiler.Metrics.Web;

/// <summary>
/// What <c>--web.config.file</c> says, in the format that Prometheus' own programs have.
/// https://github.com/prometheus/exporter-toolkit/blob/v0.14.0/docs/web-configuration.md
/// </summary>
public sealed record WebConfig
{
    /// <summary>Null: plain HTTP.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>HTTP/2 is offered, where there is TLS.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary>Headers that each answer gets.</summary>
    public ImmutableDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Who may ask: a name and a bcrypt hash each; if there are none, anybody.</summary>
    public ImmutableDictionary<string, string> Users { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Null: as often as they like.</summary>
    public RateLimitConfig? RateLimit { get; init; }

    /// <summary>Files that it is made of, its own first.</summary>
    public ImmutableArray<string> Files { get; init; } = [];
}

/// <summary>How many requests are answered.</summary>
/// <param name="Interval">One more each time this has passed.</param>
/// <param name="Burst">So many at once, after a rest; at least 1.</param>
public sealed record RateLimitConfig(TimeSpan Interval, int Burst);
