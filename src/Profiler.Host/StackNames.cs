using System.Collections.Immutable;
using Profiler.Bpf.Symbols;
using Profiler.Core.Facts;
using Profiler.Core.Spans;

namespace Profiler.Host;

/// <summary>Kernel stacks with the names of their functions. Naming reads all symbols of the kernel; it is for one thread at a time.</summary>
/// <param name="facts">Gets them.</param>
/// <param name="addressesOf">The return addresses of a stack, by its key.</param>
public sealed class StackNames(HostFacts facts, Func<int, ImmutableArray<ulong>> addressesOf)
{
    /// <summary>Whether there may be a stack in it.</summary>
    public static bool Concerns(Activity activity) =>
        activity is StandaloneReset or Operation { Stack: not null } or Operation { LockWaits.IsEmpty: false } or Operation { Resets.IsEmpty: false };

    /// <summary>Looks up its stacks, if they are new.</summary>
    public void Learn(Activity activity)
    {
        int[] unknown = [.. KeysIn(activity).OfType<int>().Distinct().Where(key => !facts.Stacks.ContainsKey(key))];
        if (unknown.Length == 0)
            return;
        Dictionary<int, ImmutableArray<ulong>> stacks = unknown.ToDictionary(key => key, addressesOf);
        IReadOnlyDictionary<ulong, string> names = AddressNames.Of(stacks.Values.SelectMany(s => s));
        foreach ((int key, ImmutableArray<ulong> stack) in stacks.Where(s => !s.Value.IsEmpty))
            facts.Add(new KernelStack(key, [.. stack.Select(address => names[address])]));
    }

    private static IEnumerable<int?> KeysIn(Activity activity) => activity switch
    {
        Operation operation => [operation.Stack, .. operation.LockWaits.Select(w => w.Stack), .. operation.Resets.Select(r => r.Stack)],
        StandaloneReset standalone => [standalone.Reset.Stack],
        _ => [],
    };
}
