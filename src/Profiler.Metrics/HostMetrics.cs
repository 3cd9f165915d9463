using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Statistics;
using Profiler.Metrics.Formats;

namespace Profiler.Metrics;

/// <summary>Metrics of single devices and virtual machines, a limited number of them, and what was found out about them.</summary>
internal static class HostMetrics
{
    public static void Write(MetricsFormat to, MetricsState state)
    {
        Vms(to, state.Statistics.Vms);
        ImmutableArray<(string Name, DeviceSnapshot Totals)> devices =
        [
            .. state.Statistics.Devices.Select(d => (NameOf(d.Device, state.Profile.Devices), d)),
        ];
        Devices(to, devices);
        Models(to, devices);
        Releasing(to, state.Releasing);
        to.Family(
            "vfio_libvirt_failure_devices", MetricType.Gauge,
            "Number of devices from which on libvirt would give up on a shutdown (limit: 40 s and 2 s for each device), " +
            "projected from the last VM's shutdown; +Inf: never.");
        if (state.Statistics.LibvirtFailureDevices is { } failure)
            to.Sample(failure);
        to.Family("vfio_findings_total", MetricType.Counter, "Findings about shutdowns, as in the report.");
        foreach ((string id, long count) in state.Statistics.Findings)
            to.Sample(count, new Label("finding", id));
        DeviceFindings(to, state.Statistics.DeviceFindings);
    }

    private static void Vms(MetricsFormat to, ImmutableArray<KeyValuePair<string, LastShutdown>> vms)
    {
        to.Family(
            "vfio_last_shutdown_seconds", MetricType.Gauge,
            "Exact duration of the last shutdown of each VM (or other process, by its name); only those seen whole.");
        foreach ((string vm, LastShutdown last) in vms)
            to.Seconds(last.WallNs, new Label("vm", vm));
        to.Family("vfio_last_shutdown_devices", MetricType.Gauge, "Number of devices of the last shutdown of each VM.");
        foreach ((string vm, LastShutdown last) in vms)
            to.Sample(last.Devices, new Label("vm", vm));
        to.Family("vfio_last_shutdown_timestamp_seconds", MetricType.Gauge, "End of the last shutdown of each VM, Unix time.");
        foreach ((string vm, LastShutdown last) in vms)
            to.Seconds(last.End.ToUnixTimeMilliseconds() * 1_000_000, new Label("vm", vm));
        to.Family(
            "vfio_last_shutdown_phase_seconds", MetricType.Gauge,
            "Time the last shutdown of each VM spent in each phase; the phases add up to its duration.");
        foreach ((string vm, LastShutdown last) in vms)
        {
            foreach (Phase phase in Enum.GetValues<Phase>())
                to.Seconds(last.Phases[phase], new Label("vm", vm), new Label("phase", phase.Name()));
        }
    }

    private static void Devices(MetricsFormat to, ImmutableArray<(string Name, DeviceSnapshot Totals)> devices)
    {
        to.Family(
            "vfio_device_last_release_seconds", MetricType.Gauge,
            "Exact duration of the last release of each device.");
        foreach ((string name, DeviceSnapshot d) in devices)
            to.Seconds(d.LastNs, new Label("device", d.Device), new Label("model", name), new Label("vm", d.Vm));
        to.Family("vfio_device_last_release_timestamp_seconds", MetricType.Gauge, "End of the last release of each device, Unix time.");
        foreach ((string name, DeviceSnapshot d) in devices)
        {
            to.Seconds(
                d.LastEnd.ToUnixTimeMilliseconds() * 1_000_000,
                new Label("device", d.Device), new Label("model", name), new Label("vm", d.Vm));
        }
        to.Family("vfio_device_releases_total", MetricType.Counter, "Releases of each device.");
        foreach ((string name, DeviceSnapshot d) in devices)
            to.Sample(d.Releases, new Label("device", d.Device), new Label("model", name), new Label("vm", d.Vm));
        to.Family(
            "vfio_device_release_seconds_total", MetricType.Counter, "Total duration of the releases of each device.");
        foreach ((string name, DeviceSnapshot d) in devices)
            to.Seconds(d.ReleaseNs, new Label("device", d.Device), new Label("model", name), new Label("vm", d.Vm));
    }

    private static void DeviceFindings(MetricsFormat to, ImmutableArray<DeviceFinding> findings)
    {
        to.Family(
            "vfio_device_findings_total", MetricType.Counter,
            $"Findings that a device is faulty or not free: {string.Join(", ", FindingKinds.OfDevices.Select(k => k.Id))}.");
        foreach (DeviceFinding f in findings)
            to.Sample(f.Count, new Label("finding", f.Finding), new Label("device", f.Device), new Label("vm", f.Vm));
        to.Family(
            "vfio_device_last_finding_timestamp_seconds", MetricType.Gauge,
            "End of the last shutdown with such a finding, Unix time.");
        foreach (DeviceFinding f in findings)
        {
            to.Seconds(
                f.Last.ToUnixTimeMilliseconds() * 1_000_000,
                new Label("finding", f.Finding), new Label("device", f.Device), new Label("vm", f.Vm));
        }
    }

    private static void Releasing(MetricsFormat to, ImmutableArray<ReleaseInFlight> releases)
    {
        to.Family(
            "vfio_device_release_start_timestamp_seconds", MetricType.Gauge,
            "Start of each release under way, Unix time; the oldest ones if there are too many.");
        foreach (ReleaseInFlight r in releases)
            to.Seconds(r.Start.ToUnixTimeMilliseconds() * 1_000_000, new Label("device", r.Device), new Label("vm", r.Vm));
    }

    private static void Models(MetricsFormat to, ImmutableArray<(string Name, DeviceSnapshot Totals)> devices)
    {
        to.Family(
            "vfio_host_seconds_per_device", MetricType.Gauge,
            "Mean duration of a release by device model, over the devices that have series of their own.");
        foreach (var model in devices.GroupBy(d => d.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            to.Seconds(
                model.Sum(d => d.Totals.ReleaseNs) / model.Sum(d => d.Totals.Releases), new Label("model", model.Key));
        }
    }

    // "NVIDIA Corporation GA100 [A100 SXM4 40GB]", else "10de:20b0", else that nobody knows.
    private static string NameOf(string bdf, IReadOnlyDictionary<string, DeviceIdentity> devices) =>
        bdf == HostStatistics.Other ? HostStatistics.Other
        : !devices.TryGetValue(bdf, out DeviceIdentity? device) ? "unknown"
        : device is { Vendor: { } vendor, Device: { } name } ? $"{vendor} {name}"
        : $"{device.VendorId}:{device.DeviceId}";
}
