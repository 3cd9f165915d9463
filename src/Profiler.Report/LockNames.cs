using System.Globalization;
using Profiler.Core.Spans;

namespace Profiler.Report;

/// <summary>
/// What locks are called: "lock 1", "lock 2", as they were first seen. Their addresses are the kernel's own business, and
/// reports are read by many.
/// </summary>
public sealed class LockNames
{
    private readonly Dictionary<ulong, string> _names = [];

    /// <param name="operations">All of the recording, whatever is shown of it: so that names are the same with every filter.</param>
    /// <param name="addresses">Whoever asked wants the addresses.</param>
    public LockNames(IEnumerable<Operation> operations, bool addresses)
    {
        foreach (ulong address in operations.OrderBy(o => o.Time.StartNs).SelectMany(o => o.LockWaits.Select(w => w.Lock).Prepend(o.Lock)))
        {
            if (address != 0)
                _names.TryAdd(address, addresses ? $"0x{address:x16}" : $"lock {(_names.Count + 1).ToString(CultureInfo.InvariantCulture)}");
        }
    }

    /// <summary>One of them.</summary>
    public string Of(ulong address) => _names.GetValueOrDefault(address, "lock");
}
