using System.Globalization;
using Profiler.Core.Spans;

namespace Profiler.Report;

/// <summary>
/// Names of locks: "lock 1", "lock 2", in the order in which they were first seen. Reports are passed on, so they do not show kernel
/// addresses.
/// </summary>
public sealed class LockNames
{
    private readonly Dictionary<ulong, string> _names = [];
    private readonly bool _addresses;

    /// <summary>Without any name yet, for operations that come one by one.</summary>
    /// <param name="addresses">Name locks by their addresses.</param>
    public LockNames(bool addresses = false) => _addresses = addresses;

    /// <param name="operations">All of the recording, so that names are the same with every filter.</param>
    /// <param name="addresses">Name locks by their addresses.</param>
    public LockNames(IEnumerable<Operation> operations, bool addresses)
        : this(addresses)
    {
        foreach (Operation operation in operations.OrderBy(o => o.Time.StartNs))
            Add(operation);
    }

    /// <summary>Names the locks of an operation that have no name yet.</summary>
    public void Add(Operation operation)
    {
        foreach (ulong address in operation.LockWaits.Select(w => w.Lock).Prepend(operation.Lock))
        {
            if (address != 0)
                _names.TryAdd(address, _addresses ? $"0x{address:x16}" : $"lock {(_names.Count + 1).ToString(CultureInfo.InvariantCulture)}");
        }
    }

    /// <summary>The name of a lock.</summary>
    public string Of(ulong address) => _names.GetValueOrDefault(address, "lock");
}
