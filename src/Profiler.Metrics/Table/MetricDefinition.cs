using System.Collections.Immutable;

namespace Profiler.Metrics.Table;

/// <summary>Metric types of Prometheus and OpenMetrics that are used here.</summary>
public enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>Base units; Prometheus names end with them.</summary>
public enum MetricUnit
{
    /// <summary>A count or a state.</summary>
    None,
    Seconds,
    Bytes,
}

/// <summary>Stability guarantee of a metric.</summary>
public enum MetricStability
{
    /// <summary>Name, type, labels and meaning do not change.</summary>
    Stable,

    /// <summary>May change or be removed in any version.</summary>
    Experimental,
}

/// <summary>One metric of <see cref="MetricTable"/>. Compared by reference: each metric has one instance.</summary>
public sealed class MetricDefinition
{
    internal MetricDefinition(
        string name, MetricType type, MetricUnit unit, string help, ImmutableArray<string> labels, MetricStability stability) =>
        (Name, Type, Unit, Help, Labels, Stability) = (name, type, unit, help, labels, stability);

    /// <summary>Ends with the unit; for a counter, followed by <c>_total</c>.</summary>
    public string Name { get; }

    public MetricType Type { get; }

    public MetricUnit Unit { get; }

    /// <summary>One line without backslashes and quotes: the text formats write it without escaping.</summary>
    public string Help { get; }

    /// <summary>Label names, in the order of the label values.</summary>
    public ImmutableArray<string> Labels { get; }

    public MetricStability Stability { get; }

    public override string ToString() => Name;
}
