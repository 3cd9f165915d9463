using System.Collections.Immutable;

namespace Profiler.Metrics.Table;

/// <summary>What Prometheus and OpenMetrics call the kinds of metrics we have.</summary>
public enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>Base units, as Prometheus names end with them.</summary>
public enum MetricUnit
{
    /// <summary>A number of things, or a state.</summary>
    None,
    Seconds,
    Bytes,
}

/// <summary>What a reader may rely on.</summary>
public enum MetricStability
{
    /// <summary>Name, type, labels and meaning stay.</summary>
    Stable,

    /// <summary>May change or go in any version.</summary>
    Experimental,
}

/// <summary>One metric, as <see cref="MetricTable"/> declares it. Compared by reference: there is one of each.</summary>
public sealed class MetricDefinition
{
    internal MetricDefinition(
        string name, MetricType type, MetricUnit unit, string help, ImmutableArray<string> labels, MetricStability stability) =>
        (Name, Type, Unit, Help, Labels, Stability) = (name, type, unit, help, labels, stability);

    /// <summary>Ends with its unit; a counter's ends with <c>_total</c> after that.</summary>
    public string Name { get; }

    public MetricType Type { get; }

    public MetricUnit Unit { get; }

    /// <summary>One line without backslashes and quotes: the text formats write it as it is.</summary>
    public string Help { get; }

    /// <summary>Names of its labels, in the order in which their values are given.</summary>
    public ImmutableArray<string> Labels { get; }

    public MetricStability Stability { get; }

    public override string ToString() => Name;
}
