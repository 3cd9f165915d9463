using System.Collections.Immutable;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Problems;
using Profiler.Core.Wire;

namespace Profiler.Report.Compare;

/// <summary>A duration of which there is one value for each life.</summary>
/// <param name="Part">A phase; null for the whole.</param>
internal readonly record struct MeasureKey(CompareMetric Metric, DeviceSet Devices, string? Part);

/// <summary>What is compared of one recording.</summary>
public sealed class ComparedRecording
{
    private readonly List<(MeasureKey, long)> _values = [];
    private readonly HashSet<(FactKind, string?, string)> _facts = [];

    private ComparedRecording(string file, ReportDocument report, Func<string, bool> wantsDevice)
    {
        ImmutableArray<ReportShutdown> whole = [.. report.Shutdowns.Where(IsWhole)];
        Recording = new(
            Printable.Clean(file), report.Host.Hostname, report.Host.Kernel, report.Capture.Start, report.Capture.DurationNs,
            !report.Capture.Problems.Any(MakesIncomplete), report.Capture.Problems,
            whole.Length, report.Shutdowns.Length - whole.Length);
        foreach (ReportShutdown shutdown in whole)
        {
            Add(shutdown);
            AddOperations(CompareMetric.Release, shutdown.Devices.Where(d => wantsDevice(d.Bdf)));
        }
        foreach (ReportStart start in report.Starts.Where(IsWhole))
            Add(start);
        foreach (IGrouping<int, ReportDevice> process in report.Opens.Where(o => o is { Error: null, Partial: false }).GroupBy(o => o.Pid))
            AddOperations(CompareMetric.Open, process);
        AddFacts(report, whole, wantsDevice);
    }

    /// <summary>Where it is from and how complete it is.</summary>
    public CompareRecording Recording { get; }

    /// <summary>All durations.</summary>
    internal IEnumerable<(MeasureKey Key, long Ns)> Values => _values;

    /// <summary>All facts, each once.</summary>
    internal IEnumerable<(FactKind Kind, string? Subject, string Value)> Facts => _facts;

    /// <param name="file">Its name.</param>
    /// <param name="report">Of all of it, or of what is wanted.</param>
    /// <param name="wantsDevice">By address.</param>
    public static ComparedRecording Of(string file, ReportDocument report, Func<string, bool> wantsDevice) => new(file, report, wantsDevice);

    private static readonly ImmutableArray<string> BeyondCapture =
        [ProblemKinds.BeganBefore.Id, ProblemKinds.Unfinished.Id, ProblemKinds.StartBeganBefore.Id, ProblemKinds.StartUnfinished.Id];

    /// <summary>Figures may be wrong because of it. Shutdowns and starts that were not seen from begin to end are left out, so they do not matter.</summary>
    internal static bool MakesIncomplete(ReportProblem problem) =>
        problem.Impact != Impact.Note.Name() && !BeyondCapture.Contains(problem.Id);

    private static bool IsWhole(ReportShutdown s) => s is { BeganBefore: false, Unfinished: false } && !s.Devices.Any(d => d.Partial);

    // One that failed is not slow.
    private static bool IsWhole(ReportStart s) =>
        s is { BeganBefore: false, Unfinished: false } && s.End != StartEnd.Exit.Name() && !s.Devices.IsEmpty && s.Devices.All(d => d is { Partial: false, Error: null });

    private void Add(ReportShutdown shutdown)
    {
        CompareMetric metric = shutdown.Trigger == Trigger.Close.Name() ? CompareMetric.Close : CompareMetric.Shutdown;
        DeviceSet devices = DeviceSet.Of(shutdown.Devices);
        _values.Add((new(metric, devices, null), shutdown.WallNs));
        foreach (PhaseName phase in PhaseNames.All)
        {
            _values.Add((
                new(metric, devices, phase.Name),
                phase.Phase == Phase.Unattributed ? shutdown.UnattributedNs : shutdown.Phases[phase.Field]));
        }
    }

    private void Add(ReportStart start)
    {
        DeviceSet devices = DeviceSet.Of(start.Devices);
        _values.Add((new(CompareMetric.Start, devices, null), start.WallNs));
        foreach (StartPhaseName phase in StartPhaseNames.All)
            _values.Add((new(CompareMetric.Start, devices, phase.Name), start.Phases[phase.Field]));
    }

    // Those of one life are not independent of each other: they count as one.
    private void AddOperations(CompareMetric metric, IEnumerable<ReportDevice> operations)
    {
        foreach (IGrouping<string?, ReportDevice> model in operations.GroupBy(o => o.Name))
        {
            DeviceSet one = DeviceSet.One(model.Key);
            _values.Add((new(metric, one, null), Mean(model, o => o.DurationNs)));
            _values.Add((new(metric, one, Phase.Reset.Name()), Mean(model, o => o.ResetNs)));
            _values.Add((new(metric, one, Phase.LockWait.Name()), Mean(model, o => o.LockWaitNs)));
        }
    }

    private static long Mean(IEnumerable<ReportDevice> operations, Func<ReportDevice, long> ns) => (long)operations.Average(ns);

    private void AddFacts(ReportDocument report, ImmutableArray<ReportShutdown> whole, Func<string, bool> wantsDevice)
    {
        void Add(FactKind kind, string? subject, string value) => _facts.Add((kind, subject, value));
        Add(FactKind.Kernel, null, report.Host.Kernel);
        Add(FactKind.Host, null, report.Host.Hostname);
        foreach (ReportProbe probe in report.Capture.Probes)
            Add(FactKind.Probe, probe.Name, probe is { Attached: true, Attach: { } attach } ? attach : "not attached");
        foreach (ReportDeviceIdentity device in report.Devices)
        {
            string model = DeviceSet.NameOf(device.Name);
            Add(FactKind.Driver, model, device.Driver ?? "none");
            Add(FactKind.ResetMethods, model, device.ResetMethods is not { } methods ? "unknown" : methods.IsEmpty ? "none" : string.Join(' ', methods));
        }
        foreach (ReportShutdown shutdown in whole)
        {
            Add(FactKind.Process, null, shutdown.Comm);
            Add(FactKind.Cause, null, shutdown.Trigger);
            foreach (ReportDevice device in shutdown.Devices.Where(d => wantsDevice(d.Bdf)))
                Add(FactKind.ResetUsed, DeviceSet.NameOf(device.Name), device.ResetMethod ?? "none");
        }
    }
}
