using System.Collections.Immutable;

namespace Profiler.Core.Capture;

/// <summary>Recent overhead of the capture, as shares of one CPU: 1 is a full CPU.</summary>
/// <param name="Process">This process, including its kernel time.</param>
/// <param name="Programs">The BPF programs, on all CPUs; null if the kernel does not count it.</param>
public readonly record struct Overhead(double Process, double? Programs);

/// <summary>Measures the overhead of the capture. It measures only every few seconds, to keep its own cost low.</summary>
/// <param name="time">The clock for the periods.</param>
/// <param name="cpu">CPU time of this process until now.</param>
/// <param name="programs">Costs of the programs until now.</param>
public sealed class OverheadMeter(TimeProvider time, Func<TimeSpan> cpu, Func<ImmutableArray<ProgramCost>> programs)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private (long At, TimeSpan Cpu, long? ProgramsNs)? _last;
    private Overhead? _overhead;

    /// <summary>Overhead of the last complete period; null in the first period.</summary>
    public Overhead? Read()
    {
        if (_last is { } last && time.GetElapsedTime(last.At) < Period)
            return _overhead;
        (long At, TimeSpan Cpu, long? ProgramsNs) now = (time.GetTimestamp(), cpu(), ProgramsNs());
        if (_last is var (at, cpuThen, nsThen))
        {
            TimeSpan elapsed = time.GetElapsedTime(at, now.At);
            // An unloaded module removes its programs and their counters: the value is unknown for one period.
            long? ns = now.ProgramsNs >= nsThen ? now.ProgramsNs - nsThen : null;
            _overhead = new Overhead((now.Cpu - cpuThen) / elapsed, ns / elapsed.TotalNanoseconds);
        }
        _last = now;
        return _overhead;
    }

    private long? ProgramsNs() => programs() is { IsEmpty: false } all ? all.Sum(p => p.Ns) : null;
}
