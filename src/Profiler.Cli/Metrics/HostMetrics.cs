using System.Collections.Immutable;
using System.Text.Json;
using Profiler.Cli.Metrics.Formats;
using Profiler.Core.Recording;
using Profiler.Core.Shutdowns;
using Profiler.Core.Statistics;

namespace Profiler.Cli.Metrics;

/// <summary>Metrics of single devices and virtual machines, a limited number of them, and what was found out about them.</summary>
internal static class HostMetrics
{
    private static readonly ImmutableArray<string> PhaseNames =
        [.. Enum.GetNames<Phase>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>A phase's label.</summary>
    public static string Name(Phase phase) => PhaseNames[(int)phase];

    public static void Write(MetricsFormat to, MetricsState state)
    {
        Vms(to, state.Statistics.Vms);
        ImmutableArray<(string Name, DeviceSnapshot Totals)> devices =
        [
            .. state.Statistics.Devices.Select(d => (NameOf(d.Device, state.Profile.Devices), d)),
        ];
        Devices(to, devices);
        Models(to, devices);
        to.Family(
            "vfio_libvirt_failure_devices", MetricType.Gauge,
            "With how many devices like those of the last virtual machine to shut down libvirt would give up, after " +
            "40 s and 2 s for each device; +Inf if never.");
        if (state.Statistics.LibvirtFailureDevices is { } failure)
            to.Sample(failure);
        to.Family("vfio_findings_total", MetricType.Counter, "What was found about shutdowns that are over, as a report says it.");
        foreach ((string id, long count) in state.Statistics.Findings)
            to.Sample(count, new Label("id", id));
    }

    private static void Vms(MetricsFormat to, ImmutableArray<KeyValuePair<string, LastShutdown>> vms)
    {
        to.Family(
            "vfio_last_shutdown_seconds", MetricType.Gauge,
            "How long the last shutdown took, by virtual machine; a process that is none has its own name.");
        foreach ((string vm, LastShutdown last) in vms)
            to.Seconds(last.WallNs, new Label("vm", vm));
        to.Family("vfio_last_shutdown_devices", MetricType.Gauge, "How many devices the last shutdown had to release.");
        foreach ((string vm, LastShutdown last) in vms)
            to.Sample(last.Devices, new Label("vm", vm));
        to.Family("vfio_last_shutdown_timestamp_seconds", MetricType.Gauge, "When the last shutdown was over, in Unix time.");
        foreach ((string vm, LastShutdown last) in vms)
            to.Seconds(last.End.ToUnixTimeMilliseconds() * 1_000_000, new Label("vm", vm));
        to.Family(
            "vfio_last_shutdown_phase_seconds", MetricType.Gauge,
            "What the last shutdown spent on each phase; together they are all of it.");
        foreach ((string vm, LastShutdown last) in vms)
        {
            foreach (Phase phase in Enum.GetValues<Phase>())
                to.Seconds(last.Phases[phase], new Label("vm", vm), new Label("phase", Name(phase)));
        }
    }

    private static void Devices(MetricsFormat to, ImmutableArray<(string Name, DeviceSnapshot Totals)> devices)
    {
        to.Family(
            "vfio_device_last_release_seconds", MetricType.Gauge,
            "How long the last release of a device took, by virtual machine.");
        foreach ((string name, DeviceSnapshot d) in devices)
            to.Seconds(d.LastNs, new Label("device", d.Device), new Label("name", name), new Label("vm", d.Vm));
        to.Family("vfio_device_releases_total", MetricType.Counter, "Releases of a device, by virtual machine.");
        foreach ((string name, DeviceSnapshot d) in devices)
            to.Sample(d.Releases, new Label("device", d.Device), new Label("name", name), new Label("vm", d.Vm));
        to.Family(
            "vfio_device_release_seconds_total", MetricType.Counter, "Time spent in releases of a device, by virtual machine.");
        foreach ((string name, DeviceSnapshot d) in devices)
            to.Seconds(d.ReleaseNs, new Label("device", d.Device), new Label("name", name), new Label("vm", d.Vm));
    }

    private static void Models(MetricsFormat to, ImmutableArray<(string Name, DeviceSnapshot Totals)> devices)
    {
        to.Family(
            "vfio_host_seconds_per_device", MetricType.Gauge,
            "Mean time of a release by device model, of the devices above.");
        foreach (var model in devices.GroupBy(d => d.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            to.Seconds(
                model.Sum(d => d.Totals.ReleaseNs) / model.Sum(d => d.Totals.Releases), new Label("name", model.Key));
        }
    }

    // "NVIDIA Corporation GA100 [A100 SXM4 40GB]", else "10de:20b0", else that nobody knows.
    private static string NameOf(string bdf, IReadOnlyDictionary<string, DeviceIdentity> devices) =>
        bdf == HostStatistics.Other ? HostStatistics.Other
        : !devices.TryGetValue(bdf, out DeviceIdentity? device) ? "unknown"
        : device is { Vendor: { } vendor, Device: { } name } ? $"{vendor} {name}"
        : $"{device.VendorId}:{device.DeviceId}";
}
