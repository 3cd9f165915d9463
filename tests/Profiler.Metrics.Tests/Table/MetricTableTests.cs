using Profiler.Metrics.Table;
using Profiler.Metrics.Values;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests.Table;

/// <summary>What holds for each metric that there is, and for each that somebody adds.</summary>
public sealed class MetricTableTests
{
    // Labels that may grow are bounded by --max-devices and --max-vms, or by what there is of probes, programs and models; of kept recordings
    // there are 32.
    private static readonly string[] Labels =
    [
        "attach", "device", "driver", "file", "finding", "generation", "impact", "iommu_group", "kernel", "kind", "label", "life",
        "manager", "method", "model", "namespace", "pci_id", "phase", "pod", "probe", "problem", "program", "reason", "reset_methods",
        "running", "signal", "symbol", "version", "vm",
    ];

    public static TheoryData<string> Names => [.. MetricTable.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_named_after_what_it_is(string name)
    {
        MetricDefinition metric = Named(name);
        Assert.Matches("^(vfio|vfioscope|process|dotnet)_[a-z]+(_[a-z]+)*$", metric.Name);
        Assert.Equal(metric.Type == MetricType.Counter, metric.Name.EndsWith("_total", StringComparison.Ordinal));
        Assert.Equal(metric.Unit == MetricUnit.Seconds, metric.Name.Contains("_seconds", StringComparison.Ordinal));
        Assert.Equal(metric.Unit == MetricUnit.Bytes, metric.Name.Contains("_bytes", StringComparison.Ordinal));
    }

    /// <summary>prometheus-net writes help as it is: a line feed, a backslash or (in OpenMetrics) a quote would break the text.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Has_help_that_needs_no_escaping(string name) =>
        Assert.Matches("^[A-Z0-9][ !#-\\[\\]-~]*[^ .]\\.$", Named(name).Help);

    [Theory]
    [MemberData(nameof(Names))]
    public void Has_only_labels_that_there_are(string name) => Assert.Empty(Named(name).Labels.Except(Labels));

    [Fact]
    public void No_name_is_there_twice() => Assert.Equal(MetricTable.All.Length, MetricTable.All.DistinctBy(m => m.Name).Count());

    /// <summary>A metric that is declared and not set would be in the reference, and nowhere else.</summary>
    [Fact]
    public void Each_is_set_somewhere()
    {
        var seen = new Seen();
        Exposition.Write(seen, ExpositionTests.Everything, "1.2.3");
        Assert.Equal(
            MetricTable.All.Select(m => m.Name),
            MetricTable.All.Where(m => seen.Metrics.Contains(m) || DurationMetric.All.Any(d => d.Metric == m)).Select(m => m.Name));
    }

    /// <summary>docs/metrics.md, which UPDATE_GOLDEN=1 writes.</summary>
    [Fact]
    public void The_reference_is_made_from_it() => Golden.Equal(Golden.Beside("../../../docs/metrics.md"), MetricReference.Markdown());

    private static MetricDefinition Named(string name) => MetricTable.All.Single(m => m.Name == name);

    private sealed class Seen : MetricsFormat
    {
        public HashSet<MetricDefinition> Metrics { get; } = [];

        public override void Sample(MetricDefinition metric, double value, params ReadOnlySpan<string> labels)
        {
            Assert.Equal(metric.Labels.Length, labels.Length);
            Metrics.Add(metric);
        }
    }
}
