using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.WhatIf;

/// <summary>Who had which lock after whom in a life, as far as events tell.</summary>
internal static class LockTurns
{
    /// <param name="life">The life.</param>
    /// <param name="groupOf">The IOMMU group of a device, whose devices are closed one after another; null for none.</param>
    public static ILookup<LifeItem, LockTurn> Of(RecordedLife life, Func<string, int?> groupOf)
    {
        var turns = new Dictionary<LockKey, List<LockTurn>>();
        var has = new HashSet<(LockKey, int)>();
        void Add(LifeItem item, LockKey key, long askedNs, long takenNs)
        {
            if (!turns.TryGetValue(key, out List<LockTurn>? ofLock))
                turns[key] = ofLock = [];
            ofLock.Add(new LockTurn(item, key, askedNs, takenNs));
            has.Add((key, item.Number));
        }
        foreach (LifeItem item in life.Items)
        {
            foreach (LockWait wait in item.Waits)
                Add(item, new LockKey(wait.Lock), wait.Time.StartNs, wait.Time.EndNs);
            if (item.Operation is not { } operation)
                continue;
            // Taken without a wait: the lock of the dev_set comes after that of the group.
            if (operation.Lock != 0 && operation.LockWaits.All(w => w.Lock != operation.Lock))
            {
                long ns = operation.LockWaits.TakeWhile(w => w.Kind == LockKind.Group).Select(w => w.Time.EndNs).LastOrDefault(item.Time.StartNs);
                Add(item, new LockKey(operation.Lock), ns, ns);
            }
            if (item.IsRelease && groupOf(operation.Device) is { } group)
                Add(item, new LockKey(0, group), item.Time.StartNs, item.Time.StartNs);
        }
        foreach ((LifeItem holder, LockKey key) in Holders(life))
        {
            if (!has.Contains((key, holder.Number)))
                Add(holder, key, holder.Time.StartNs, holder.Time.StartNs);
        }
        foreach (List<LockTurn> ofLock in turns.Values)
            LockTurn.Chain(ofLock);
        return turns.Values.SelectMany(t => t).ToLookup(t => t.Item);
    }

    // Those that others waited for.
    private static IEnumerable<(LifeItem Holder, LockKey Key)> Holders(RecordedLife life)
    {
        ILookup<int?, LifeItem> byThread = life.Items.Where(i => i.Operation is not null).ToLookup(i => i.Tid);
        foreach (LifeItem waiter in life.Items)
        {
            foreach (LockWait wait in waiter.Waits)
            {
                foreach (Holder holder in wait.Holders)
                {
                    LifeItem? item = holder.Task is { } task
                        ? byThread[task.Tid].FirstOrDefault(i => i != waiter && i.Time.StartNs <= holder.Time.StartNs && i.Time.OverlapNs(holder.Time) > 0)
                        : null;
                    if (item is not null)
                        yield return (item, new LockKey(wait.Lock));
                }
            }
        }
    }
}
