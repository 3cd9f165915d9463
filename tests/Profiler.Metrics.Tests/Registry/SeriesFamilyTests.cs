using System.Text;
using Profiler.Core.Protobuf;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Registry;
using Profiler.Metrics.Table;
using Prometheus;

namespace Profiler.Metrics.Tests.Registry;

/// <summary>Rounds of values in, the registry's text out.</summary>
public sealed class SeriesFamilyTests
{
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();

    [Fact]
    public void Who_is_not_set_in_a_round_leaves_and_may_come_back()
    {
        SeriesFamily family = Family(MetricTable.LastShutdownDevices);
        Assert.Equal(["a 1", "b 2", "c 3"], Round(family, ("a", 1), ("b", 2), ("c", 3)));
        Assert.Equal(["a 4", "c 5"], Round(family, ("a", 4), ("c", 5)));
        Assert.Equal(["a 6", "b 7", "c 8"], Round(family, ("a", 6), ("b", 7), ("c", 8)));
        Assert.Empty(Round(family));
        Assert.Equal(["a 9"], Round(family, ("a", 9)));
    }

    [Fact]
    public void The_order_does_not_matter()
    {
        SeriesFamily family = Family(MetricTable.LastShutdownDevices);
        Round(family, ("a", 1), ("b", 2), ("c", 3), ("d", 4));
        Assert.Equal(["a 6", "b 7", "c 8", "d 5", "e 9"], Round(family, ("d", 5), ("a", 6), ("b", 7), ("e", 9), ("c", 8)));
        Assert.Equal(["a 3", "c 1", "e 2"], Round(family, ("c", 1), ("e", 2), ("a", 3)));
    }

    [Fact]
    public void Set_twice_in_a_round_it_has_the_later_value()
    {
        SeriesFamily family = Family(MetricTable.LastShutdownDevices);
        Assert.Equal(["a 2", "b 3"], Round(family, ("a", 1), ("a", 2), ("b", 3)));
        Assert.Equal(["a 5", "b 6"], Round(family, ("a", 4), ("b", 6), ("a", 5)));
    }

    /// <summary>A device that left and came back is counted from 0 again, as after a restart.</summary>
    [Fact]
    public void A_counter_that_is_lower_than_before_begins_anew()
    {
        SeriesFamily family = Family(MetricTable.Findings);
        Assert.Equal(["a 7"], Round(family, ("a", 7)));
        Assert.Equal(["a 2"], Round(family, ("a", 2)));
        Assert.Equal(["a 3"], Round(family, ("a", 3)));
    }

    [Fact]
    public void Without_labels_it_is_there_when_it_is_set()
    {
        var family = new SeriesFamily(Prometheus.Metrics.WithCustomRegistry(_registry), MetricTable.LibvirtFailureDevices);
        Assert.Equal([], Set(family));
        Assert.Equal([" 12"], Set(family, 12));
        Assert.Equal([], Set(family));
        Assert.Equal([" 0"], Set(family, 0));
    }

    private SeriesFamily Family(MetricDefinition metric) => new(Prometheus.Metrics.WithCustomRegistry(_registry), metric);

    private string[] Round(SeriesFamily family, params ReadOnlySpan<(string Label, double Value)> values)
    {
        family.Begin();
        foreach ((string label, double value) in values)
            family.Set(value, [label]);
        family.End();
        return Told();
    }

    private string[] Set(SeriesFamily family, double? value = null)
    {
        family.Begin();
        if (value is { } number)
            family.Set(number, []);
        family.End();
        return Told();
    }

    // "vfio_findings_total{finding="a"} 1" as "a 1".
    private string[] Told()
    {
        using var buffer = new PooledBuffer();
        using var stream = new BufferStream(buffer);
        Task export = _registry.CollectAndExportAsTextAsync(stream);
        Assert.True(export.IsCompletedSuccessfully);
        return
        [
            .. Encoding.UTF8.GetString(buffer.Written.Span).Split('\n')
                .Where(line => line is not ("" or ['#', ..]))
                .Select(line => (line.Contains('"', StringComparison.Ordinal) ? line.Split('"')[1] : "") + line[line.LastIndexOf(' ')..])
                .Order(StringComparer.Ordinal),
        ];
    }
}
