using System.Collections.Concurrent;

namespace Profiler.Lab.Tests;

/// <summary>One guest for each kernel, for all that is asked of it, also if it fails: it runs when it is asked for first.</summary>
/// <param name="run">Runs it on a kernel.</param>
public sealed class GuestPerKernel(Func<string, LabGuest> run)
{
    private readonly ConcurrentDictionary<string, Lazy<LabGuest>> _guests = [];

    public LabGuest this[string kernel] => _guests.GetOrAdd(kernel, k => new(() => run(k))).Value;
}
