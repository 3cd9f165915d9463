using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Wire;
using Profiler.Metrics.Formats;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests;

/// <summary>What is lost or wrong, as metrics.</summary>
public sealed class ProblemMetricsTests
{
    private static readonly StagedCapture Whole = new("")
    {
        Probes =
        [
            new("release", "vfio_device_fops_release", "fentry", true, 0, "", Required: true),
            new("lock", "contention_begin", "fentry", true, 0, "", Required: true),
            new("reset_secondary_bus", "pci_reset_secondary_bus", "fentry", true, 0, "", Required: true),
        ],
    };

    [Fact]
    public void All_kinds_are_there_from_the_start_and_none_is_present()
    {
        string[] lines = Lines(Whole);
        Assert.Contains("vfioscope_capture_complete 1", lines);
        Assert.Equal(ProblemKinds.All.Select(k => $"{Gauge(k)} 0"), lines.Where(l => l.StartsWith("vfioscope_problem{", StringComparison.Ordinal)));
        Assert.Contains("vfioscope_problems_total{problem=\"events_lost\",impact=\"incomplete\"} 0", lines);
        Assert.Contains("vfioscope_problems_total{problem=\"ends_lost\",impact=\"incomplete\"} 0", lines);
    }

    [Fact]
    public void What_is_counted_has_its_number()
    {
        string[] lines = Lines(
            Whole with { Lost = new Dictionary<EventKind, long> { [EventKind.LockWait] = 17, [EventKind.Release] = 2 } },
            new Problem(ProblemKinds.EndsLost.Id, 3), new Problem(ProblemKinds.StacksLost.Id, 5));
        Assert.Contains("vfioscope_capture_complete 0", lines);
        Assert.Contains("vfioscope_problems_total{problem=\"events_lost\",impact=\"incomplete\"} 19", lines);
        Assert.Contains("vfioscope_problems_total{problem=\"ends_lost\",impact=\"incomplete\"} 3", lines);
        Assert.Contains("vfioscope_problems_total{problem=\"stacks_lost\",impact=\"note\"} 5", lines);
        Assert.Contains("vfioscope_problem{problem=\"ends_lost\",impact=\"incomplete\"} 1", lines);
    }

    [Fact]
    public void A_note_leaves_the_capture_complete() =>
        Assert.Contains("vfioscope_capture_complete 1", Lines(Whole, new Problem(ProblemKinds.StacksLost.Id, 5)));

    /// <summary>The kernel does not count what its probes missed, nobody counted what was lost: neither is said to be 0.</summary>
    [Fact]
    public void What_is_not_known_is_not_said_to_be_none()
    {
        string[] lines = Lines(Whole with { Lost = null, Probes = [.. Whole.Probes.Select(p => p with { Missed = null })] },
            new Problem(ProblemKinds.ProbeLimited.Id, Detail: "release"), new Problem(ProblemKinds.NamesFailed.Id));
        Assert.DoesNotContain(lines, l => l.StartsWith("vfioscope_problems_total{problem=\"events_lost\"", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("vfioscope_problems_total{problem=\"probe_missed\"", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("vfioscope_problems_total{problem=\"probe_limited\"", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("vfioscope_problems_total{problem=\"names_failed\"", StringComparison.Ordinal));
        Assert.Contains("vfioscope_problem{problem=\"probe_limited\",impact=\"incomplete\"} 1", lines);
        Assert.Contains("vfioscope_problem{problem=\"names_failed\",impact=\"note\"} 1", lines);
        Assert.Contains("vfioscope_capture_complete 0", lines);
    }

    /// <summary>A probe that waits for its module has nothing to miss yet.</summary>
    [Theory]
    [InlineData(null, 1)]
    [InlineData("vfio", 0)]
    public void A_required_probe_that_is_missing_is_one(string? waitsFor, int present)
    {
        ProbeInfo missing = Whole.Probes[0] with { Attached = false, Missed = null, WaitsFor = waitsFor };
        string[] lines = Lines(Whole with { Probes = [missing, Whole.Probes[1], Whole.Probes[2]] });
        Assert.Contains($"vfioscope_problem{{problem=\"probe_missing\",impact=\"incomplete\"}} {present}", lines);
        Assert.Contains($"vfioscope_capture_complete {1 - present}", lines);
    }

    /// <summary>However many a later version's recording has, and whatever it calls them.</summary>
    [Fact]
    public void Problems_of_kinds_that_are_not_known_are_one()
    {
        string[] lines = Lines(Whole, new Problem("gremlins", 2), new Problem("a\n\"b\\", 3));
        Assert.Contains("vfioscope_problem{problem=\"other\",impact=\"incomplete\"} 1", lines);
        Assert.Contains("vfioscope_problems_total{problem=\"other\",impact=\"incomplete\"} 5", lines);
        Assert.DoesNotContain(lines, l => l.Contains("gremlins", StringComparison.Ordinal));
    }

    private static string Gauge(ProblemKind kind) =>
        $"vfioscope_problem{{problem=\"{kind.Id}\",impact=\"{(kind.Impact == Impact.Incomplete ? "incomplete" : "note")}\"}}";

    private static string[] Lines(StagedCapture capture, params ImmutableArray<Problem> ofSource)
    {
        return (capture with { Problems = ofSource }).StateAt(1, Scrape.Limits).Text(Negotiation.Text).Split('\n');
    }
}
