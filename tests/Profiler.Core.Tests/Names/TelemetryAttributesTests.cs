using Profiler.Core.Names;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Names;

/// <summary>The table of attributes: docs/otlp.md has the same, own names are below vfio.</summary>
public sealed class TelemetryAttributesTests
{
    [Fact]
    public void The_document_has_just_these() => Assert.Equal(
        TelemetryAttributes.All.Select(a => $"| `{a.Name}`{(a.Standard ? " ¹" : "")} | {a.Meaning} |"),
        File.ReadLines(Golden.Beside("../../../docs/otlp.md")).SkipWhile(l => l != "## Attributes").Where(l => l.StartsWith("| `", StringComparison.Ordinal)));

    [Fact]
    public void Only_own_names_are_below_vfio() => Assert.All(
        TelemetryAttributes.All, a => Assert.Equal(!a.Standard, a.Name.StartsWith("vfio.", StringComparison.Ordinal)));

    [Fact]
    public void Each_is_there_once() => Assert.Equal(TelemetryAttributes.All.Length, TelemetryAttributes.All.Select(a => a.Name).Distinct().Count());
}
