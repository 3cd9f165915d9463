namespace Profiler.Core.Names;

/// <summary>An attribute of spans, links, span events and log records; <see cref="TelemetryAttributes"/> has all of them.</summary>
/// <param name="Name">Its name. PHASE and NAME stand for a name that follows.</param>
/// <param name="Meaning">For docs/otlp.md.</param>
/// <param name="Standard">It is one of OpenTelemetry's semantic conventions.</param>
public sealed record TelemetryAttribute(string Name, string Meaning, bool Standard);
