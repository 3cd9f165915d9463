namespace Profiler.Metrics.Otlp.Targets;

/// <summary>Destination and protocol of the pushes of one signal.</summary>
/// <param name="Url">The collector; for HTTP including the path.</param>
/// <param name="Grpc">True: gRPC. False: HTTP with protobuf.</param>
/// <param name="Interval">Metrics: time between two pushes. Traces and logs: the shortest time between two.</param>
public sealed record OtlpTarget(Uri Url, bool Grpc, TimeSpan Interval)
{
    /// <summary>Headers of each push, "name=value,name=value"; null: use OTEL_EXPORTER_OTLP_HEADERS.</summary>
    public string? Headers { get; init; }

    /// <summary>Time limit of a push; null: use OTEL_EXPORTER_OTLP_TIMEOUT.</summary>
    public TimeSpan? Timeout { get; init; }
}
