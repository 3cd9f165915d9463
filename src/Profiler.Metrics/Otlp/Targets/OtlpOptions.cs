namespace Profiler.Metrics.Otlp.Targets;

/// <summary>Push options of the command line; null where not given.</summary>
/// <param name="Endpoint">The collector; for HTTP, /v1/ and the signal are appended.</param>
/// <param name="Protocol"><c>grpc</c> or <c>http/protobuf</c>.</param>
/// <param name="Interval">Time between two pushes of metrics.</param>
/// <param name="Signals">What to push, at least one.</param>
public sealed record OtlpOptions(Uri? Endpoint, string? Protocol, TimeSpan? Interval, IReadOnlyCollection<OtlpSignal>? Signals = null);
