using System.Collections.Immutable;

namespace Profiler.Core.Capture;

/// <summary>What watching costs of late, as shares of one CPU: 1 is all of it.</summary>
/// <param name="Process">This process, its work in the kernel included.</param>
/// <param name="Programs">The BPF programs, wherever they run; null if the kernel does not count that.</param>
public readonly record struct Overhead(double Process, double? Programs);

/// <summary>Measures what watching costs: anew every few seconds, so that it costs next to nothing itself.</summary>
/// <param name="time">Tells how long it has been.</param>
/// <param name="cpu">What this process has used until now.</param>
/// <param name="programs">What the programs have used until now.</param>
public sealed class OverheadMeter(TimeProvider time, Func<TimeSpan> cpu, Func<ImmutableArray<ProgramCost>> programs)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private (long At, TimeSpan Cpu, long? ProgramsNs)? _last;
    private Overhead? _overhead;

    /// <summary>Over the last period that is over; null in the first.</summary>
    public Overhead? Read()
    {
        if (_last is { } last && time.GetElapsedTime(last.At) < Period)
            return _overhead;
        (long At, TimeSpan Cpu, long? ProgramsNs) now = (time.GetTimestamp(), cpu(), ProgramsNs());
        if (_last is var (at, cpuThen, nsThen))
        {
            TimeSpan elapsed = time.GetElapsedTime(at, now.At);
            // The programs of a module that is gone take what they cost with them: then it is unknown for once.
            long? ns = now.ProgramsNs >= nsThen ? now.ProgramsNs - nsThen : null;
            _overhead = new Overhead((now.Cpu - cpuThen) / elapsed, ns / elapsed.TotalNanoseconds);
        }
        _last = now;
        return _overhead;
    }

    private long? ProgramsNs() => programs() is { IsEmpty: false } all ? all.Sum(p => p.Ns) : null;
}
