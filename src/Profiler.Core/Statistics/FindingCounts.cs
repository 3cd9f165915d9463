using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary>How often shutdowns gave reason for each finding, an open held up by a shutdown's releases included.</summary>
public sealed class FindingCounts
{
    private const int PendingOpens = 256;

    // All from the start: the first occurrence must be an increase.
    private readonly SortedDictionary<string, long> _counts = new(FindingKinds.All.ToDictionary(k => k.Id, _ => 0L), StringComparer.Ordinal);

    // Opens that waited for somebody: whether it was a shutdown is known when that is over. The oldest are forgotten.
    private readonly Queue<Operation> _waited = new();

    /// <summary>An open has ended.</summary>
    public void Opened(Operation open)
    {
        if (open.LockWaits.IsEmpty)
            return;
        _waited.Enqueue(open);
        if (_waited.Count > PendingOpens)
            _waited.Dequeue();
    }

    /// <summary>A shutdown is over.</summary>
    /// <param name="shutdown">Which one.</param>
    /// <param name="facts">What is known beside the events.</param>
    /// <param name="evidence">Whether what was not seen did not happen.</param>
    /// <returns>What was found about it.</returns>
    public ImmutableArray<Finding> Concluded(Shutdown shutdown, HostFacts facts, Evidence evidence)
    {
        ImmutableArray<Finding> findings = ShutdownFindings.For(shutdown, facts, evidence);
        foreach (Finding finding in findings)
            Count(finding);
        for (int i = _waited.Count; i > 0; i--)
        {
            Operation open = _waited.Dequeue();
            ImmutableArray<Finding> delayed = OpenFindings.For([open], shutdown.Releases, facts);
            if (delayed.IsEmpty)
                _waited.Enqueue(open);
            foreach (Finding finding in delayed)
                Count(finding);
        }
        return findings;
    }

    /// <summary>By id.</summary>
    public ImmutableArray<KeyValuePair<string, long>> Snapshot() => [.. _counts];

    private void Count(Finding finding) => _counts[finding.Id]++;
}
