using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary>
/// Opens that waited: whether for a shutdown is known when that is over. By the threads that they waited for, so that a shutdown
/// asks only for its own. Bounded; the oldest are evicted.
/// </summary>
internal sealed class WaitedOpens
{
    private const int Capacity = 256;

    private readonly LinkedList<Operation> _opens = new();
    private readonly Dictionary<int, HashSet<LinkedListNode<Operation>>> _byHolder = [];

    /// <summary>Takes an open that has ended.</summary>
    public void Add(Operation open)
    {
        if (open.LockWaits.IsEmpty)
            return;
        LinkedListNode<Operation> node = _opens.AddLast(open);
        foreach (int tid in Holders(open))
        {
            if (!_byHolder.TryGetValue(tid, out HashSet<LinkedListNode<Operation>>? nodes))
                _byHolder[tid] = nodes = [];
            nodes.Add(node);
        }
        if (_opens.Count > Capacity)
            Remove(_opens.First!);
    }

    /// <summary>The findings about opens that waited for these releases; each open has one at most.</summary>
    public IReadOnlyList<Finding> Delayed(ImmutableArray<Operation> releases, HostFacts facts)
    {
        if (_opens.Count == 0)
            return [];
        var findings = new List<Finding>();
        using var index = new ReleaseIndex(releases.AsSpan());
        foreach (int tid in releases.Select(r => r.Task.Tid).Distinct())
        {
            if (!_byHolder.TryGetValue(tid, out HashSet<LinkedListNode<Operation>>? nodes))
                continue;
            foreach (LinkedListNode<Operation> node in nodes.ToArray())
            {
                if (OpenFindings.Delayed(node.Value, index, facts) is not { } finding)
                    continue;
                Remove(node);
                findings.Add(finding);
            }
        }
        return findings;
    }

    private void Remove(LinkedListNode<Operation> node)
    {
        _opens.Remove(node);
        foreach (int tid in Holders(node.Value))
        {
            if (_byHolder.TryGetValue(tid, out HashSet<LinkedListNode<Operation>>? nodes) && nodes.Remove(node) && nodes.Count == 0)
                _byHolder.Remove(tid);
        }
    }

    private static IEnumerable<int> Holders(Operation open) =>
        open.LockWaits.SelectMany(w => w.Holders).Select(h => h.Task?.Tid).OfType<int>();
}
