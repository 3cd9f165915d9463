using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary>How often a finding was made.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Count">How often.</param>
/// <param name="CostNs">What it cost in sum, nanoseconds: see <see cref="Finding.CostNs"/>.</param>
public readonly record struct FindingCount(string Id, long Count, long CostNs);

/// <summary>How often each finding was made about shutdowns, starts, opens that waited for releases, and devices after resets.</summary>
public sealed class FindingCounts
{
    // All from the start: the first occurrence must be an increase.
    private readonly Dictionary<string, FindingCount> _counts = FindingKinds.All.ToDictionary(k => k.Id, k => new FindingCount(k.Id, 0, 0));

    private readonly WaitedOpens _waited = new();
    private readonly List<Finding> _findings = []; // about the shutdown or start that is added
    private readonly MappingRates _rates = new();

    /// <summary>Hears of each finding about a shutdown, start or open as it is counted; it must not block.</summary>
    public Action<FoundFinding>? Found { get; set; }

    /// <summary>Takes an open that has ended.</summary>
    /// <param name="open">The open.</param>
    /// <param name="facts">Names of processes and devices.</param>
    public void Add(Operation open, HostFacts facts)
    {
        if (_waited.Add(open, facts) is { } finding)
            Count(new FoundFinding(finding, Open: open));
    }

    /// <summary>Takes a device that was worse after a reset than before.</summary>
    /// <returns>The finding about it; valid until the next one is added.</returns>
    public IReadOnlyList<Finding> Add(ResetDamage damage, HostFacts facts)
    {
        _findings.Clear();
        _findings.Add(DamageFindings.Of(damage, facts));
        Count(_findings[0]);
        return _findings;
    }

    /// <summary>Takes a shutdown that is over.</summary>
    /// <param name="shutdown">The shutdown.</param>
    /// <param name="facts">Names of processes and devices.</param>
    /// <param name="evidence">Whether something that was not seen did not happen.</param>
    /// <returns>The findings about it; valid until the next one is added.</returns>
    public IReadOnlyList<Finding> Add(Shutdown shutdown, HostFacts facts, Func<Evidence> evidence)
    {
        _findings.Clear();
        ShutdownFindings.AddTo(_findings, shutdown, facts, evidence);
        foreach (Finding finding in _findings)
            Count(new FoundFinding(finding, Shutdown: shutdown));
        foreach ((Operation open, Finding finding) in _waited.Delayed(shutdown.Releases, facts))
            Count(new FoundFinding(finding, Open: open));
        return _findings;
    }

    /// <summary>Takes a start that is over.</summary>
    /// <returns>The findings about it; valid until the next one is added.</returns>
    public IReadOnlyList<Finding> Add(Start start)
    {
        _findings.Clear();
        StartFindings.AddTo(_findings, start, _rates);
        _rates.Add(start);
        foreach (Finding finding in _findings)
            Count(new FoundFinding(finding, Start: start));
        return _findings;
    }

    /// <summary>The counts, by id.</summary>
    public ImmutableArray<FindingCount> Snapshot() => [.. _counts.Values.OrderBy(c => c.Id, StringComparer.Ordinal)];

    private void Count(in FoundFinding found)
    {
        Count(found.Finding);
        Found?.Invoke(found);
    }

    private void Count(Finding finding)
    {
        ref FindingCount count = ref CollectionsMarshal.GetValueRefOrNullRef(_counts, finding.Id);
        count = count with { Count = count.Count + 1, CostNs = count.CostNs + finding.CostNs };
    }
}
