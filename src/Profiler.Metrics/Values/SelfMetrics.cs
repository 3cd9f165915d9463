using System.Collections.Immutable;
using System.Globalization;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Metrics.Otlp.Sending;
using Profiler.Metrics.Otlp.Targets;
using Profiler.Metrics.Table;

namespace Profiler.Metrics.Values;

/// <summary>Metrics of the profiler itself: accuracy and overhead.</summary>
internal static class SelfMetrics
{
    public static void Write(MetricsFormat to, MetricsState state, string version)
    {
        to.Sample(MetricTable.BuildInfo, 1, version, state.Profile.Info.Kernel);
        if (state.Process.HostBoot is { } boot)
            to.Time(MetricTable.BootTime, boot);
        ProblemMetrics.Write(to, state);
        Probes(to, state.Profile.Health);
        foreach (EventHealth events in state.Profile.Health.Events)
            to.Sample(MetricTable.Events, events.Received, events.Kind);
        foreach (EventHealth events in state.Profile.Health.Events)
        {
            if (events.Lost is { } lost)
                to.Sample(MetricTable.EventsLost, lost, events.Kind);
        }
        to.Sample(MetricTable.StacksLost, state.Profile.Snapshot.StacksLost);
        to.Sample(MetricTable.SeriesFolded, state.Statistics.DevicesFolded, "device");
        to.Sample(MetricTable.SeriesFolded, state.Statistics.VmsFolded, "vm");
        if (state.Kept is { } kept)
        {
            to.Sample(MetricTable.KeptRecordings, kept.Written);
            to.Sample(MetricTable.KeptFailed, kept.Failed);
            to.Sample(MetricTable.KeptBytes, kept.Bytes);
        }
        foreach (KeptRecording recording in state.KeptNewest)
            to.Time(MetricTable.KeptTimestamp, recording.At, LabelsOf(recording));
        foreach (KeptRecording recording in state.KeptNewest)
        {
            if (recording.Seconds is { } seconds)
                to.Sample(MetricTable.KeptSeconds, seconds, LabelsOf(recording));
        }
        Telemetry(to, state.Telemetry);
        foreach (ProgramCost program in state.Programs)
            to.Seconds(MetricTable.BpfRunSeconds, program.Ns, program.Program);
        foreach (ProgramCost program in state.Programs)
            to.Sample(MetricTable.BpfRuns, program.Runs, program.Program);
        Process(to, state.Process);
    }

    private static string[] LabelsOf(KeptRecording recording) =>
        [recording.File, recording.Process ?? "", recording.Kind?.Name() ?? "", recording.Running ? "true" : "false"];

    private static void Probes(MetricsFormat to, ProfileHealth health)
    {
        foreach (ProbeInfo probe in health.Probes)
            to.Sample(MetricTable.ProbeAttached, probe.Attached ? 1 : 0, probe.Name, probe.Symbol, probe.Attach ?? "none");
        foreach (ProbeInfo probe in health.Probes)
        {
            if (probe.Missed is { } missed)
                to.Sample(MetricTable.ProbeMissed, missed, probe.Name, probe.Symbol);
        }
    }

    private static void Telemetry(MetricsFormat to, ImmutableArray<OtlpCounts> telemetry)
    {
        foreach (OtlpCounts counts in telemetry)
            to.Sample(MetricTable.OtlpSent, counts.Sent, counts.Signal.Name());
        foreach (OtlpCounts counts in telemetry)
        {
            to.Sample(MetricTable.OtlpLost, counts.QueueFull, counts.Signal.Name(), "queue_full");
            to.Sample(MetricTable.OtlpLost, counts.Refused, counts.Signal.Name(), "refused");
        }
    }

    private static void Process(MetricsFormat to, ProcessUsage process)
    {
        to.Seconds(MetricTable.ProcessCpuSeconds, (long)process.Cpu.TotalNanoseconds);
        to.Sample(MetricTable.ProcessResidentMemory, process.ResidentBytes);
        to.Sample(MetricTable.ProcessVirtualMemory, process.VirtualBytes);
        to.Sample(MetricTable.ProcessOpenFds, process.OpenFds);
        to.Sample(MetricTable.ProcessMaxFds, process.MaxFds ?? double.PositiveInfinity);
        to.Time(MetricTable.ProcessStartTime, process.Start);
        to.Sample(MetricTable.GcAllocatedBytes, process.AllocatedBytes);
        for (int generation = 0; generation < process.Collections.Length; generation++)
        {
            to.Sample(
                MetricTable.GcCollections, process.Collections[generation], generation.ToString(CultureInfo.InvariantCulture));
        }
    }
}
