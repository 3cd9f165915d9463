using System.Text.RegularExpressions;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>
/// Metrics that the dashboards are made for and the exporter has no samples of: those it does not have yet, and what BPF
/// programs cost, which a recording cannot tell. What the exporter has is left as it is.
/// </summary>
internal static class StandIn
{
    private const string Families =
        """
        # TYPE vfio_opens_in_flight gauge
        vfio_opens_in_flight 0
        # TYPE vfio_shutdowns_in_flight gauge
        vfio_shutdowns_in_flight 0
        # TYPE vfio_last_shutdown_seconds gauge
        vfio_last_shutdown_seconds{vm="guest-1"} 2.45
        vfio_last_shutdown_seconds{vm="guest-2"} 3.1
        # TYPE vfio_last_shutdown_devices gauge
        vfio_last_shutdown_devices{vm="guest-1"} 3
        vfio_last_shutdown_devices{vm="guest-2"} 3
        # TYPE vfio_last_shutdown_timestamp_seconds gauge
        vfio_last_shutdown_timestamp_seconds{vm="guest-1"} 1795334407.45
        vfio_last_shutdown_timestamp_seconds{vm="guest-2"} 1795334418.1
        # TYPE vfio_last_shutdown_phase_seconds gauge
        vfio_last_shutdown_phase_seconds{vm="guest-1",phase="reset"} 2.15
        vfio_last_shutdown_phase_seconds{vm="guest-1",phase="release"} 0.05
        vfio_last_shutdown_phase_seconds{vm="guest-1",phase="lock_wait"} 0
        vfio_last_shutdown_phase_seconds{vm="guest-1",phase="unattributed"} 0.25
        vfio_last_shutdown_phase_seconds{vm="guest-2",phase="reset"} 3
        vfio_last_shutdown_phase_seconds{vm="guest-2",phase="release"} 0.03
        vfio_last_shutdown_phase_seconds{vm="guest-2",phase="lock_wait"} 0
        vfio_last_shutdown_phase_seconds{vm="guest-2",phase="unattributed"} 0.07
        # TYPE vfio_device_last_release_seconds gauge
        vfio_device_last_release_seconds{device="0000:01:00.0",name="GH100 [H100 SXM5 80GB]",vm="guest-1"} 1.05
        vfio_device_last_release_seconds{device="0000:02:00.0",name="GH100 [H100 SXM5 80GB]",vm="guest-1"} 0.119
        vfio_device_last_release_seconds{device="0000:05:00.0",name="",vm="guest-2"} 1.011
        # TYPE vfio_device_releases_total counter
        vfio_device_releases_total{device="0000:01:00.0",name="GH100 [H100 SXM5 80GB]",vm="guest-1"} 1
        vfio_device_releases_total{device="0000:02:00.0",name="GH100 [H100 SXM5 80GB]",vm="guest-1"} 1
        vfio_device_releases_total{device="0000:05:00.0",name="",vm="guest-2"} 1
        # TYPE vfio_device_release_seconds_total counter
        vfio_device_release_seconds_total{device="0000:01:00.0",name="GH100 [H100 SXM5 80GB]",vm="guest-1"} 1.05
        vfio_device_release_seconds_total{device="0000:02:00.0",name="GH100 [H100 SXM5 80GB]",vm="guest-1"} 0.119
        vfio_device_release_seconds_total{device="0000:05:00.0",name="",vm="guest-2"} 1.011
        # TYPE vfio_libvirt_failure_devices gauge
        vfio_libvirt_failure_devices +Inf
        # TYPE vfio_host_seconds_per_device gauge
        vfio_host_seconds_per_device{name="GH100 [H100 SXM5 80GB]"} 0.736
        # TYPE vfio_findings_total counter
        vfio_findings_total{id="serial_exit"} 1
        vfio_findings_total{id="lock_held_across_release"} 1
        vfio_findings_total{id="reset_timed_out"} 0
        vfio_findings_total{id="device_not_released"} 0
        vfio_findings_total{id="libvirt_limits"} 1
        # TYPE vfioscope_stacks_lost_total counter
        vfioscope_stacks_lost_total 0
        # TYPE vfioscope_series_folded_total counter
        vfioscope_series_folded_total{label="vm"} 0
        vfioscope_series_folded_total{label="device"} 0
        # TYPE vfioscope_bpf_run_seconds_total counter
        vfioscope_bpf_run_seconds_total{program="release_fentry"} 0.0001
        vfioscope_bpf_run_seconds_total{program="contention_begin"} 0.01
        # TYPE vfioscope_bpf_runs_total counter
        vfioscope_bpf_runs_total{program="release_fentry"} 6
        vfioscope_bpf_runs_total{program="contention_begin"} 12345
        # TYPE process_cpu_seconds_total counter
        process_cpu_seconds_total 1.5
        # TYPE process_resident_memory_bytes gauge
        process_resident_memory_bytes 60000000
        """;

    private static readonly string[] Phases =
        ["reset", "power", "iommu", "kvm", "release", "lock_wait", "memory", "files", "reaping", "process", "unattributed"];

    /// <param name="exposition">What the exporter says.</param>
    /// <param name="happened">Whether the shutdowns have been: before, counts are 0, and nothing is known of a VM or device.</param>
    public static string Complete(string exposition, bool happened)
    {
        IEnumerable<string> missing = (Families + '\n' + PhaseHistograms()).Split("# TYPE ", StringSplitOptions.RemoveEmptyEntries)
            .Where(family => !HasSamples(exposition, family.Split(' ')[0]))
            .Select(family => Samples(family, happened));
        return exposition + string.Concat(missing);
    }

    // A histogram's samples are named otherwise, but the first of them begins with its name too.
    private static bool HasSamples(string exposition, string family) =>
        Regex.IsMatch(exposition, $"^{family}(?:_bucket)?[{{ ]", RegexOptions.Multiline);

    private static string PhaseHistograms() => "# TYPE vfio_shutdown_phase_seconds histogram\n" + string.Join('\n', Phases.Select(phase =>
        $$"""
        vfio_shutdown_phase_seconds_bucket{phase="{{phase}}",le="0.5"} 0
        vfio_shutdown_phase_seconds_bucket{phase="{{phase}}",le="1"} 1
        vfio_shutdown_phase_seconds_bucket{phase="{{phase}}",le="+Inf"} 1
        vfio_shutdown_phase_seconds_sum{phase="{{phase}}"} 1
        vfio_shutdown_phase_seconds_count{phase="{{phase}}"} 1
        """));

    private static string Samples(string family, bool happened)
    {
        string[] lines = family.TrimEnd('\n').Split('\n');
        bool gauge = lines[0].EndsWith(" gauge", StringComparison.Ordinal);
        IEnumerable<string> samples = happened
            ? lines.Skip(1)
            : lines.Skip(1)
                .Where(line => !line.Contains("vm=", StringComparison.Ordinal) && !(gauge && line.Contains("name=", StringComparison.Ordinal)))
                .Select(line => gauge ? line : line[..line.LastIndexOf(' ')] + " 0");
        return $"# TYPE {lines[0]}\n" + string.Concat(samples.Select(line => line + '\n'));
    }
}
