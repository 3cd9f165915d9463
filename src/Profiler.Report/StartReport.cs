using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Report;

/// <summary>Converts starts to their form in the report.</summary>
/// <param name="facts">Names of processes and devices.</param>
/// <param name="report">Converts their opens and findings.</param>
/// <param name="operations">Of all processes, for the holders of locks.</param>
/// <param name="rates">How fast the host maps memory.</param>
public sealed class StartReport(HostFacts facts, ShutdownReport report, ImmutableArray<Operation> operations, MappingRates rates)
{
    public ReportStart Of(Start s)
    {
        StartPhases phases = s.Phases;
        return new ReportStart(
            s.Task.Tgid,
            s.Task.Comm,
            report.Vm(s.Task.Tgid),
            s.Kind.Name(),
            s.End.Name(),
            s.Time.StartNs,
            s.ContactNs,
            s.Time.DurationNs,
            s.FromExec,
            s.BeganBefore,
            s.Unfinished,
            s.LockWaitNs,
            s.ResetNs,
            new SortedDictionary<string, long>(StartPhaseNames.All.ToDictionary(p => p.Field, p => phases[p.Phase])),
            Mapped(s),
            [.. s.Opens.OrderBy(o => o.Time.StartNs).Select(report.Of)],
            [
                .. s.ResetsOutsideOpens.Select(r => new ReportStandaloneReset(
                    r.Device, r.Method.Name(), r.Time.StartNs, r.Time.DurationNs, r.Result, ShutdownReport.Error(r.Result))),
            ],
            [.. s.UnderWay.Select(ShutdownReport.Of)],
            report.Of(Finding.ByCost([.. StartFindings.For(s, rates), .. OpenFindings.For(s.Opens, operations, facts)])))
        {
            BarFaults = Bars(s.Bars),
        };
    }

    private static ReportBarFaults? Bars(BarFaults bars) => bars == default
        ? null
        : new ReportBarFaults(bars.Faults, bars.SmallBytes, bars.LargeBytes, bars.GiantBytes, bars.DurationNs);

    private static ReportMapped Mapped(Start s)
    {
        DmaMapping mapped = s.Mapped;
        StartPart[] parts = [.. s.Parts.Where(p => p.Mapping is not null)];
        return new ReportMapped(
            mapped.Mappings, mapped.Failed, mapped.PinnedBytes, mapped.DeviceBytes, mapped.AllocatedBytes,
            mapped.SmallPageBytes(Environment.SystemPageSize, MappingRates.LargePage), mapped.Faults,
            Interval.UnionNs(parts.AsSpan(), static p => p.Time));
    }
}
