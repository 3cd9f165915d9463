using Profiler.Core.Spans;

namespace Profiler.Core.WhatIf;

/// <summary>How much of the recorded time of work was work: more threads than CPUs share these.</summary>
internal sealed class CpuShares
{
    private readonly int? _cpus;
    private readonly List<(long Ns, int Working)> _changes = []; // how many work from this time on

    public CpuShares(RecordedLife life, int? cpus)
    {
        _cpus = cpus;
        if (cpus is null)
            return;
        int working = 0;
        foreach (IGrouping<long, int> edge in life.Items.SelectMany(ItemSteps.Work).SelectMany(w => new[] { (w.StartNs, 1), (w.EndNs, -1) })
            .GroupBy(e => e.Item1, e => e.Item2).OrderBy(e => e.Key))
            _changes.Add((edge.Key, working += edge.Sum()));
    }

    /// <summary>The share of a CPU that each of some threads has.</summary>
    public double Of(int working) => _cpus is { } cpus && working > cpus ? (double)cpus / working : 1;

    /// <summary>The work in a recorded time of work, nanoseconds.</summary>
    public double WorkNs(Interval time)
    {
        if (_cpus is null)
            return time.DurationNs;
        double sum = 0;
        int i = _changes.FindLastIndex(c => c.Ns <= time.StartNs);
        for (long ns = time.StartNs; ns < time.EndNs; i++)
        {
            long until = i + 1 < _changes.Count ? Math.Min(time.EndNs, _changes[i + 1].Ns) : time.EndNs;
            sum += (until - ns) * Of(i < 0 ? 1 : _changes[i].Working);
            ns = until;
        }
        return sum;
    }
}
