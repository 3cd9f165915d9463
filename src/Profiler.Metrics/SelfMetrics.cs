using System.Globalization;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Metrics.Formats;

namespace Profiler.Metrics;

/// <summary>Metrics of the profiler itself: how far it can be trusted, and what it costs.</summary>
internal static class SelfMetrics
{
    public static void Write(MetricsFormat to, MetricsState state, string version)
    {
        to.Family(
            "vfioscope_build_info", MetricType.Gauge, "Always 1; version of vfioscope and of the kernel.");
        to.Sample(1, new Label("version", version), new Label("kernel", state.Profile.Info.Kernel));
        to.Family("vfioscope_boot_time_seconds", MetricType.Gauge, "Start of the host that vfioscope runs on, Unix time.");
        if (state.Process.HostBoot is { } boot)
            to.Seconds(boot.ToUnixTimeMilliseconds() * 1_000_000);
        ProblemMetrics.Write(to, state);
        Probes(to, state.Profile.Health);
        Events(to, state.Profile.Health);
        to.Family(
            "vfioscope_stacks_lost_total", MetricType.Counter, "Kernel stacks that could not be kept.");
        to.Sample(state.Profile.Snapshot.StacksLost);
        to.Family(
            "vfioscope_series_folded_total", MetricType.Counter,
            "Releases, findings and shutdowns that were aggregated as \"other\", because the label had too many values.");
        to.Sample(state.Statistics.DevicesFolded, new Label("label", "device"));
        to.Sample(state.Statistics.VmsFolded, new Label("label", "vm"));
        Programs(to, state);
        Process(to, state.Process);
    }

    private static void Probes(MetricsFormat to, ProfileHealth health)
    {
        to.Family(
            "vfioscope_probe_attached", MetricType.Gauge, "1 if the probe is attached, else 0.");
        foreach (ProbeInfo probe in health.Probes)
        {
            to.Sample(
                probe.Attached ? 1 : 0,
                new Label("probe", probe.Name), new Label("symbol", probe.Symbol), new Label("attach", probe.Attach ?? "none"));
        }
        to.Family(
            "vfioscope_probe_missed_total", MetricType.Counter,
            "Calls for which the kernel did not run a probe; only for probes where the kernel counts them.");
        foreach (ProbeInfo probe in health.Probes)
        {
            if (probe.Missed is { } missed)
                to.Sample(missed, new Label("probe", probe.Name), new Label("symbol", probe.Symbol));
        }
    }

    private static void Events(MetricsFormat to, ProfileHealth health)
    {
        to.Family("vfioscope_events_total", MetricType.Counter, "Events received from the kernel.");
        foreach (EventHealth events in health.Events)
            to.Sample(events.Received, new Label("kind", events.Kind));
        to.Family(
            "vfioscope_events_lost_total", MetricType.Counter,
            "Events lost because the ring buffer was full; only where that is known.");
        foreach (EventHealth events in health.Events)
        {
            if (events.Lost is { } lost)
                to.Sample(lost, new Label("kind", events.Kind));
        }
    }

    private static void Programs(MetricsFormat to, MetricsState state)
    {
        const string when = "; only while the kernel counts it: --bpf-stats, or sysctl kernel.bpf_stats_enabled.";
        to.Family("vfioscope_bpf_run_seconds_total", MetricType.Counter, "CPU time of a BPF program" + when);
        foreach (ProgramCost program in state.Programs)
            to.Seconds(program.Ns, new Label("program", program.Program));
        to.Family("vfioscope_bpf_runs_total", MetricType.Counter, "Runs of a BPF program" + when);
        foreach (ProgramCost program in state.Programs)
            to.Sample(program.Runs, new Label("program", program.Program));
    }

    // The names are those of all of Prometheus' clients:
    // https://prometheus.io/docs/instrumenting/writing_clientlibs/#standard-and-runtime-collectors
    private static void Process(MetricsFormat to, ProcessUsage process)
    {
        to.Family("process_cpu_seconds_total", MetricType.Counter, "Total user and system CPU time spent in seconds.");
        to.Seconds((long)process.Cpu.TotalNanoseconds);
        to.Family("process_resident_memory_bytes", MetricType.Gauge, "Resident memory size in bytes.");
        to.Sample(process.ResidentBytes);
        to.Family("process_virtual_memory_bytes", MetricType.Gauge, "Virtual memory size in bytes.");
        to.Sample(process.VirtualBytes);
        to.Family("process_open_fds", MetricType.Gauge, "Number of open file descriptors.");
        to.Sample(process.OpenFds);
        to.Family("process_max_fds", MetricType.Gauge, "Maximum number of open file descriptors.");
        to.Sample(process.MaxFds ?? double.PositiveInfinity);
        to.Family(
            "process_start_time_seconds", MetricType.Gauge, "Start time of the process since unix epoch in seconds.");
        to.Seconds(process.Start.ToUnixTimeMilliseconds() * 1_000_000);
        to.Family("dotnet_gc_allocated_bytes_total", MetricType.Counter, "Bytes allocated on the managed heap.");
        to.Sample(process.AllocatedBytes);
        to.Family("dotnet_gc_collections_total", MetricType.Counter, "Garbage collections, by generation.");
        for (int generation = 0; generation < process.Collections.Length; generation++)
        {
            to.Sample(
                process.Collections[generation],
                new Label("generation", generation.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
